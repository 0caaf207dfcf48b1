// A page that has lost the server says so within ten seconds, keeps what was typed and lets nothing leave: a form or
// a link would end on the browser's own error page, and what was typed with it. It says when the server is back, and
// loads nothing by itself.

import { announce } from "./announce.js";

const PAUSE_MS = 5000;
const PATIENCE_MS = 4000; // a server that has not answered by then is gone for whoever waits
const FRESH_MS = 2000; // how long an answer stands for the next form

let reachedAt = Date.now(); // the page itself came from there
let asking = null;

const line = () => document.getElementById("connection");
const isLost = () => line()?.hidden === false;

// Without the cookie and in the background: nobody's idle time begins anew because a page is open.
async function answers() {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const headers = { "X-Background": "1" };
  try {
    return (await fetch("/healthz", { cache: "no-store", credentials: "omit", headers, signal })).ok;
  } catch {
    return false;
  }
}

function lose() {
  if (line()) line().hidden = false;
}

function find() {
  reachedAt = Date.now();
  if (!isLost()) return;
  line().hidden = true;
  announce(line().dataset.back, "success");
  document.dispatchEvent(new CustomEvent("connection:back"));
}

function check() {
  asking ??= answers().then((ok) => {
    asking = null;
    if (ok) find();
    else lose();
  });
  return asking;
}

const isSeen = () => document.visibilityState === "visible";
setInterval(() => isSeen() && check(), PAUSE_MS);
document.addEventListener("visibilitychange", () => isSeen() && check());
window.addEventListener("offline", lose);
window.addEventListener("online", check);
document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.ctx && !detail.ctx.response) lose();
});
document.addEventListener("htmx:response:error", ({ detail }) => {
  if ([502, 503, 504].includes(detail.ctx.response.status)) lose();
});

function hold(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

// Before forms.js, which marks a form as sent: what is held here was not.
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (isLost()) {
    hold(event);
    check();
    return;
  }
  // htmx keeps the page when a request fails; a form that leaves the page first looks whether somebody is there
  if (form.method !== "post" || form.hasAttribute("hx-post") || Date.now() - reachedAt < FRESH_MS) return;
  hold(event);
  check().then(() => isLost() || form.requestSubmit(submitter));
}, true);

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || !isLost() || link.getAttribute("href").startsWith("#")) return;
  hold(event);
  check();
}, true);
