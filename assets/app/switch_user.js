// The next person took over while a page was open (tracker/web/views/sign_in.py): the page stays with what was typed;
// its header becomes theirs, and its forms carry the token of the new sign-in.

import { announce } from "./announce.js";

// The page as the next person would see it; one that leads elsewhere has the same header on the account's page.
async function pageOfTheirs() {
  const here = await fetch(location.href);
  const page = here.ok && !here.redirected ? here : await fetch("/account");
  return new DOMParser().parseFromString(await page.text(), "text/html");
}

function takeOver(page) {
  const token = page.querySelector('meta[name="csrf-token"]');
  document.querySelector('meta[name="csrf-token"]').content = token.content;
  document.querySelectorAll("input[name=csrf_token]").forEach((field) => (field.value = token.content));
  const header = page.querySelector(".site-header");
  document.querySelector(".site-header").replaceWith(header);
  window.htmx.process(header);
}

document.addEventListener("user-switched", async ({ detail }) => {
  document.getElementById("dialog")?.close();
  takeOver(await pageOfTheirs());
  announce(detail.text, detail.kind);
});
