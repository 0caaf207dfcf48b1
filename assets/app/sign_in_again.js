// The sign-in ran out while a page was in use: asks for it in a dialog above the page, which keeps
// everything that was typed (tracker/web/resume.py).

import { announce } from "./announce.js";

const dialog = () => document.getElementById("sign-in-again");

function open(html) {
  if (dialog()) return; // a page that refreshes itself asks again and again
  document.body.insertAdjacentHTML("beforeend", html);
  dialog().addEventListener("close", ({ target }) => target.remove());
  window.htmx.process(dialog());
  dialog().showModal();
  dialog().querySelector("[data-autofocus]").focus();
}

document.addEventListener("htmx:before:response", (event) => {
  const { raw } = event.detail.ctx.response;
  if (raw.headers.get("X-Sign-In") !== "again") return;
  event.preventDefault();
  raw.text().then(open);
});

// The answer to a sign-in of the same person; anybody else is sent to a page of their own.
document.addEventListener("signed-in-again", ({ detail }) => {
  dialog()?.close();
  announce(detail.text, detail.kind);
});
