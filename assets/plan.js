// The week's grid: the arrow keys go from cell to cell, a block is dragged to another cell.
// Without script each cell is a link and the block's own page moves and copies it.

const grid = document.querySelector("[data-grid]");
const isShown = (element) => element?.checkVisibility?.() ?? (element?.getClientRects().length ?? 0) > 0;
const cellOf = (link) => link.closest("td");
const linksOf = (cell) => [...(cell?.querySelectorAll("a") ?? [])].filter(isShown);

// One link of the grid is in the tab order: the one that was last in use.
function take(link) {
  if (!link) return;
  grid.querySelectorAll("a[tabindex='0']").forEach((other) => (other.tabIndex = -1));
  link.tabIndex = 0;
}

// From a cell the same way on, over cells that cannot be opened.
function nextIn(cell, step) {
  const row = cell.parentElement;
  if (step.row) {
    for (let at = step.row < 0 ? row.previousElementSibling : row.nextElementSibling; at;
      at = step.row < 0 ? at.previousElementSibling : at.nextElementSibling) {
      const links = linksOf(at.children[cell.cellIndex]);
      if (links.length) return step.row < 0 ? links.at(-1) : links[0];
    }
    return null;
  }
  const cells = [...row.children];
  const rest = step.column < 0 ? cells.slice(0, cell.cellIndex).reverse() : cells.slice(cell.cellIndex + 1);
  return linksOf(rest.find((one) => linksOf(one).length))[0] ?? null;
}

function wanted(event, link) {
  const cell = cellOf(link);
  const links = linksOf(cell);
  const at = links.indexOf(link);
  const inRow = [...cell.parentElement.children].flatMap(linksOf);
  switch (event.key) {
    case "ArrowDown": return links[at + 1] ?? nextIn(cell, { row: 1 });
    case "ArrowUp": return links[at - 1] ?? nextIn(cell, { row: -1 });
    case "ArrowRight": return nextIn(cell, { column: 1 });
    case "ArrowLeft": return nextIn(cell, { column: -1 });
    case "Home": return inRow[0];
    case "End": return inRow.at(-1);
    default: return null;
  }
}

function moveInGrid(event) {
  const link = event.target.closest?.("[data-grid] a");
  if (!link || event.altKey || event.ctrlKey || event.metaKey) return;
  const next = wanted(event, link);
  if (!next) return;
  event.preventDefault();
  take(next);
  next.focus();
}

// --- dragging ---------------------------------------------------------------------------------------

let dragged = null;

function letGo() {
  dragged = null;
  grid.querySelectorAll(".is-target").forEach((cell) => cell.classList.remove("is-target"));
}

function over(event) {
  const cell = dragged && event.target.closest?.("td[data-cell]");
  if (!cell || cell.contains(dragged)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = event.altKey || event.ctrlKey ? "copy" : "move";
  if (cell.classList.contains("is-target")) return;
  grid.querySelectorAll(".is-target").forEach((other) => other.classList.remove("is-target"));
  cell.classList.add("is-target");
}

// The same form as in the block's dialog: from which block, to which cell, moved or copied.
function drop(event) {
  const cell = dragged && event.target.closest?.("td[data-cell]");
  const form = document.getElementById("plan-move");
  if (!cell || !form || cell.contains(dragged)) return;
  event.preventDefault();
  form.elements.block.value = dragged.dataset.block;
  form.elements.to.value = cell.dataset.cell;
  form.elements.how.value = event.altKey || event.ctrlKey ? "copy" : "move";
  letGo();
  form.requestSubmit();
}

function listen() {
  grid.querySelectorAll("a").forEach((link) => (link.tabIndex = -1));
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)) || grid.dataset.grid);
  const asked = named && grid.contains(named) ? named : null;
  take(asked ?? [...grid.querySelectorAll("a")].find(isShown));
  asked?.focus();
  grid.addEventListener("focusin", ({ target }) => target.matches("a") && take(target));
  grid.addEventListener("keydown", moveInGrid);
  grid.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("a[data-block]") ?? null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "copyMove";
    event.dataTransfer.setData("text/plain", dragged.textContent.trim());
  });
  grid.addEventListener("dragover", over);
  grid.addEventListener("drop", drop);
  grid.addEventListener("dragend", letGo);
}

if (grid) listen();
