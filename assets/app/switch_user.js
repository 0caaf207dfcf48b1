// The next person took over while a page was open (tracker/web/views/sign_in.py): the page stays with what was typed;
// its header becomes theirs, its forms carry the token of the new sign-in, and no password of the one before is left.

import { announce } from "./announce.js";

// The page as the next person would see it; one that leads elsewhere has the same header on the account's page.
async function pageOfTheirs() {
  const here = await fetch(location.href);
  const page = here.ok && !here.redirected ? here : await fetch("/account");
  return new DOMParser().parseFromString(await page.text(), "text/html");
}

const shownFirst = ([...options]) => (options.find((one) => one.defaultSelected) ?? options[0])?.value;
const isUntouched = (field) => field.type === "hidden" || field.value === shownFirst(field.options);

// The doctor whom the page had chosen for the one before is the next person now; one chosen by hand stays.
function chooseDoctors(page) {
  const forms = [...page.querySelectorAll("main form")];
  document.querySelectorAll("main form :is(input[type=hidden], select)[name=operator]").forEach((field) => {
    const action = field.form.getAttribute("action");
    const like = forms.find((form) => form.getAttribute("action") === action && form.method === field.form.method);
    const theirs = like?.elements.namedItem("operator");
    if (!like || (!theirs && field.options) || !isUntouched(field)) return;
    const wanted = theirs?.value ?? "";
    if (field.value === wanted) return;
    [...(field.options ?? [])].forEach((one) => (one.defaultSelected = one.value === wanted));
    field.value = wanted;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function takeOver(page) {
  const token = page.querySelector('meta[name="csrf-token"]');
  document.querySelector('meta[name="csrf-token"]').content = token.content;
  document.querySelectorAll("input[name=csrf_token]").forEach((field) => (field.value = token.content));
  const header = page.querySelector(".site-header");
  document.querySelector(".site-header").replaceWith(header);
  window.htmx.process(header);
  chooseDoctors(page);
  document.querySelectorAll("main input[type=password]").forEach((field) => (field.value = ""));
}

document.addEventListener("user-switched", async ({ detail }) => {
  document.getElementById("dialog")?.close();
  takeOver(await pageOfTheirs());
  announce(detail.text, detail.kind);
});
