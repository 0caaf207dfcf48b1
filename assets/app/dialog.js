// Dialogs. A link with data-dialog="ID" opens that <dialog>; a link that htmx loads into
// #dialog-content opens the shared one. Without script both are ordinary links to a page.

const shared = () => document.getElementById("dialog");

function focusFirst(dialog) {
  const first = dialog.querySelector("[data-autofocus], [aria-invalid=true], input:not([type=hidden]), select, textarea");
  first?.focus();
}

function open(dialog) {
  if (!dialog.open) dialog.showModal();
  focusFirst(dialog);
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    open(dialog);
    return;
  }
  const closer = event.target.closest?.("[data-close-dialog]");
  const around = closer?.closest("dialog[open]");
  if (around) {
    event.preventDefault();
    around.close();
  } else if (event.target.matches?.("dialog[open]")) {
    event.target.close(); // a click on the backdrop
  }
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const dialog = shared();
  if (!dialog || ctx.target?.id !== "dialog-content") return;
  if (ctx.target.childElementCount) open(dialog);
  else dialog.close();
});

// The server closes the dialog with the header HX-Trigger: dialog:close.
document.addEventListener("dialog:close", () => shared()?.close());

document.addEventListener(
  "close",
  ({ target }) => {
    if (target.id === "dialog") document.getElementById("dialog-content").replaceChildren();
  },
  true,
);
