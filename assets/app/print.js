// <button data-print>: the page on paper.

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-print]")) window.print();
});
