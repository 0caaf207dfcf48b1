// <a data-leave>: where a search stands open, its question #leave comes first; pressed again, it is passed over.
// Nothing else asks: the menu, the browser's own keys and another tab lead away as always.

document.addEventListener("click", (event) => {
  const question = event.target.closest?.("[data-leave]") && document.getElementById("leave");
  if (!question || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (question.contains(document.activeElement)) {
    question.querySelector("[value=unsaid]").click();
    return;
  }
  question.querySelector("[data-row]").focus();
});
