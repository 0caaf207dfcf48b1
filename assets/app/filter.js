// data-filter: a field that shows only those rows of its table (aria-controls) which hold every word typed.

const plain = (text) => text.normalize("NFKC").toLowerCase();

function apply(field) {
  const table = document.getElementById(field.getAttribute("aria-controls"));
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  table?.querySelectorAll("tbody > tr").forEach((row) => {
    const text = plain(row.textContent);
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) shown += 1;
  });
  const nothing = field.parentElement.querySelector("[role=status]");
  if (nothing) nothing.hidden = shown > 0;
}

document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-filter]")) apply(target);
});
// the browser brings back what was typed when somebody returns to the page
window.addEventListener("pageshow", () => document.querySelectorAll("[data-filter]").forEach(apply));
