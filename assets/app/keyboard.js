// The keyboard: where the cursor starts, "/" to the page's search, arrows through rows, data-hotkey.

const isTyping = (target) =>
  target.matches?.("input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]");
const isShown = (element) => element.checkVisibility?.() ?? element.getClientRects().length > 0;

// data-autofocus, and before it the first field with an error: on load and after each swap.
function place(root) {
  const wanted = root.querySelector("[aria-invalid=true]") ?? root.querySelector("[data-autofocus]");
  if (wanted && isShown(wanted)) wanted.focus({ preventScroll: root === document });
}

document.addEventListener("DOMContentLoaded", () => {
  if (!location.hash) place(document);
});
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const target = ctx.target;
  if (!target?.isConnected) return;
  // what a page refreshes by itself leaves the cursor alone; a button that was pressed asks for the next step
  if (ctx.request?.submitter || target.querySelector("[aria-invalid=true]")) place(target);
});

// data-hotkey="F4" or "Alt+1": presses the button, follows the link or goes to the field.
// A key without Alt or Ctrl should be a function key, or it would fire while somebody reads.
function nameOf(event) {
  const parts = [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.shiftKey && "Shift", event.key];
  return parts.filter(Boolean).join("+").toLowerCase();
}

function pressHotkey(event) {
  const open = document.querySelector("dialog[open]");
  const wanted = nameOf(event);
  const found = [...(open ?? document).querySelectorAll("[data-hotkey]")].find(
    (element) => element.dataset.hotkey.toLowerCase() === wanted && isShown(element),
  );
  if (!found) return;
  event.preventDefault();
  if (isTyping(found)) found.focus();
  else found.click();
}

function goToSearch(event) {
  const search = document.querySelector("[data-search]");
  if (!search || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  search.focus();
  search.select();
}

// Inside data-rows the arrows move between its data-row links or buttons; one of them is in the tab order.
function moveInRows(event) {
  const list = event.target.closest?.("[data-rows]") ?? listOfSearch(event);
  if (!list) return;
  const rows = [...list.querySelectorAll("[data-row]")].filter((row) => isShown(row) && !row.disabled);
  const at = rows.indexOf(event.target.closest("[data-row]"));
  const wanted = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  const outside = isTyping(event.target) && at < 0;
  if (!rows[wanted] || (outside && event.key !== "ArrowDown")) return;
  event.preventDefault();
  rows[wanted].focus();
}

// Rows that show a digit (data-digit="3") are taken by it, while the focus is among them.
function pressDigit(event) {
  const list = isTyping(event.target) ? null : event.target.closest?.("[data-rows]");
  const row = list?.querySelector(`[data-digit="${event.key}"]`);
  if (!row) return;
  event.preventDefault();
  row.focus();
  row.click();
}

// From a search field (data-search or aria-controls) the arrow down enters the list it fills.
function listOfSearch(event) {
  const id = event.target.getAttribute?.("aria-controls");
  const controlled = id && document.getElementById(id);
  return controlled?.matches("[data-rows]") ? controlled : controlled?.querySelector("[data-rows]");
}

document.addEventListener("focusin", ({ target }) => {
  const row = target.closest?.("[data-row]");
  const list = row?.closest("[data-rows]");
  list?.querySelectorAll("[data-row]").forEach((other) => (other.tabIndex = other === row ? 0 : -1));
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "/" && !event.ctrlKey && !event.altKey) goToSearch(event);
  else if (["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key) && !event.altKey) moveInRows(event);
  else if (/^[1-9]$/.test(event.key) && !event.ctrlKey && !event.altKey) pressDigit(event);
  else pressHotkey(event);
});
