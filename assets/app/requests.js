// Rules for every htmx request: the CSRF token goes along, and a whole page never lands in a fragment.

import { announce } from "./announce.js";

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) ctx.request.headers["X-CSRFToken"] = token;
});

// Signed out meanwhile: the answer is the sign-in page. Go there, and come back to this page.
function visitSignIn(address) {
  const here = location.pathname + location.search;
  location.assign(`${address.pathname}?next=${encodeURIComponent(here)}`);
}

document.addEventListener("htmx:before:response", (event) => {
  const { raw } = event.detail.ctx.response;
  const address = new URL(raw.url, location.href);
  if (!raw.redirected || address.pathname !== "/login") return;
  event.preventDefault();
  visitSignIn(address);
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.target === document.body || !/^\s*<!doctype/i.test(ctx.text ?? "")) return;
  event.preventDefault();
  if (ctx.response.raw.redirected && ctx.response.status < 400) {
    location.assign(ctx.response.raw.url);
    return;
  }
  const page = new DOMParser().parseFromString(ctx.text, "text/html");
  announce(page.querySelector("h1")?.textContent.trim() ?? String(ctx.response.status), "danger");
});
