// <button data-copies="id">: the text of that field goes to the clipboard. The Clipboard API is for HTTPS alone, and
// hospitals serve plain HTTP: so the field is selected and copied as the keyboard would. It selects itself when
// it is entered; without a script it is text to select.

import { announce } from "./announce.js";

document.addEventListener("focusin", ({ target }) => {
  if (target.matches?.("textarea[data-copied]")) target.select();
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  field.focus();
  field.select();
  if (document.execCommand("copy")) announce(field.dataset.copied, "success");
});
