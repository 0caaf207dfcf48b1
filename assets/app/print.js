// <button data-print>: the page on paper. An address with #print asks for it at once: the key that led here printed.

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-print]")) window.print();
});

if (location.hash === "#print" && document.querySelector("[data-print]")) {
  history.replaceState(history.state, "", location.pathname + location.search); // a reload prints nothing
  window.addEventListener("load", () => window.print());
}
