// Forms: sent once however often the button is pressed, filters that apply themselves, scanners.

const GIVEN_UP_MS = 10000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, GIVEN_UP_MS); // the answer was a download, or never came
}, true);

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const form = ctx.sourceElement?.closest?.("form");
  if (form) delete form.dataset.sent;
});

window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// The server's answers stand beside the fields and in the page's language; the browser's bubbles do neither.
function leaveChecksToServer() {
  document.querySelectorAll("form[method=post]").forEach((form) => (form.noValidate = true));
}

document.addEventListener("DOMContentLoaded", leaveChecksToServer);
document.addEventListener("htmx:after:swap", leaveChecksToServer);

// <form data-autosubmit>: a choice applies at once. A date or time that is being typed passes through those nobody
// means (the 1 of 12), so it applies on Enter or when the field is left; one picked with the mouse at once.
const isTypedInPieces = (target) => target.type === "date" || target.type === "time";
const isUsable = (target) => target.value || !target.required;
document.addEventListener("keydown", ({ target, key }) => {
  if (isTypedInPieces(target) && key !== "Enter" && key !== "Tab") target.dataset.typed = "yes";
});
document.addEventListener("change", ({ target }) => {
  if (target.form?.hasAttribute("data-autosubmit") && !target.dataset.typed && isUsable(target)) target.form.requestSubmit();
});
document.addEventListener("focusout", ({ target }) => {
  const typed = target.dataset?.typed && target.value !== target.defaultValue;
  if (target.dataset) delete target.dataset.typed;
  if (typed && isUsable(target) && target.form?.hasAttribute("data-autosubmit")) target.form.requestSubmit();
});

const isTyped = (element) =>
  element.matches("input:not([type=hidden], [type=submit], [type=button], [type=checkbox], [type=radio]), select");

// <form data-enter="next">: a barcode scanner ends its text with Enter, which goes to the next field;
// in the last one it submits, as it does everywhere else.
document.addEventListener("keydown", (event) => {
  const form = event.target.form;
  if (event.key !== "Enter" || event.isComposing || form?.dataset.enter !== "next" || !isTyped(event.target)) return;
  if (event.ctrlKey) {
    form.requestSubmit();
    return;
  }
  const fields = [...form.elements].filter((field) => isTyped(field) && !field.disabled && !field.readOnly);
  const next = fields[fields.indexOf(event.target) + 1];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.select?.();
});
