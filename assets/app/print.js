// <button data-print>: the page on paper. An address with #print asks for it at once: the key that led here printed.

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-print]")) window.print();
});

if (location.hash === "#print" && document.querySelector("[data-print]")) {
  history.replaceState(history.state, "", location.pathname + location.search); // a reload prints nothing
  window.addEventListener("load", () => window.print());
}

// A roll has no sheets, so its slip's page is as long as the slip. `size: 80mm auto` is not understood by
// Chromium (it then takes the printer's own paper), so the length is measured; without a script it stays 200 mm.
const rollPage = new CSSStyleSheet();
const SPARE_MM = 6 + 4; // both margins, and what letters on paper may need more than on the screen
const TRIAL_MM = 20; // the line on each page of a trial

window.addEventListener("beforeprint", () => {
  const slip = document.querySelector(".slip-roll");
  if (!slip) return;
  const told = document.querySelector(".strip-trial") ? TRIAL_MM : 0;
  const length = Math.ceil((slip.getBoundingClientRect().height / 96) * 25.4) + SPARE_MM + told;
  rollPage.replaceSync(`@page slip-roll { size: 80mm ${length}mm; margin: 3mm; }`);
  document.adoptedStyleSheets = [rollPage];
});

// What is folded away on the screen is told on paper: the definitions beside the figures.
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details.card:not([open])")];
  for (const each of unfolded) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of unfolded) each.open = false;
  unfolded = [];
});
