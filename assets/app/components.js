// Alpine components any page may use, for the CSP build: expressions name a property or a method.

document.addEventListener("alpine:init", () => {
  const { Alpine } = window;

  // x-data="disclosure": a button that shows and hides what it controls (the navigation on a phone).
  Alpine.data("disclosure", () => ({
    expanded: false,
    get ariaExpanded() {
      return String(this.expanded);
    },
    get openClass() {
      return { "is-open": this.expanded };
    },
    toggle() {
      this.expanded = !this.expanded;
    },
    close() {
      this.expanded = false;
    },
  }));

  // x-data="repeated": adds copies of <template x-ref="template"> to x-ref="list"; "__index__" becomes a number.
  Alpine.data("repeated", () => ({
    add() {
      const { list, template } = this.$refs;
      const next = Number(list.dataset.next ?? list.childElementCount);
      list.insertAdjacentHTML("beforeend", template.innerHTML.replaceAll("__index__", String(next)));
      list.dataset.next = String(next + 1);
      const added = list.lastElementChild;
      window.htmx.process(added);
      added.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    },
    remove(event) {
      event.target.closest("[data-repeated]")?.remove();
    },
  }));
});

// <details data-menu>: closes on Escape, on a click elsewhere and when the focus leaves.
function closeMenus(except) {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (!menu.contains(except)) menu.open = false;
  });
}

document.addEventListener("click", ({ target }) => closeMenus(target));
document.addEventListener("focusin", ({ target }) => closeMenus(target));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
