// The grid of attendance with one hand: a digit chooses and goes on, Enter goes on, Alt and an arrow
// moves aside. Everything works without it by Tab and the arrow keys of the list itself.
const grid = document.querySelector("form.grid");

function cellsOf(column) {
  return Array.from(grid.querySelectorAll(`select[data-column="${column}"]`));
}

function go(select, step) {
  const cells = cellsOf(select.dataset.column);
  const next = cells[cells.indexOf(select) + step];
  if (next) next.focus();
  else if (step > 0) {
    const first = cellsOf(Number(select.dataset.column) + 1)[0];
    if (first) first.focus();
    else grid.querySelector("button[type=submit]")?.focus();
  }
}

function aside(select, step) {
  const row = Array.from(select.closest("tr").querySelectorAll("select"));
  row[row.indexOf(select) + step]?.focus();
}

grid?.addEventListener("keydown", (event) => {
  const select = event.target;
  if (!(select instanceof HTMLSelectElement) || event.ctrlKey || event.metaKey) return;
  if (/^[0-9]$/.test(event.key)) {
    const chosen = select.options[Number(event.key)];
    if (!chosen) return;
    event.preventDefault();
    select.value = chosen.value;
    go(select, 1);
  } else if (event.key === "Enter") {
    event.preventDefault();
    go(select, event.shiftKey ? -1 : 1);
  } else if (event.altKey && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
    event.preventDefault();
    aside(select, event.key === "ArrowRight" ? 1 : -1);
  }
});

let saved = !grid;
grid?.addEventListener("submit", () => (saved = true));
window.addEventListener("beforeunload", (event) => {
  const changed = grid && Array.from(grid.querySelectorAll("select")).some(
    (select) => select.value !== select.parentElement.querySelector("input[type=hidden]").value,
  );
  if (!saved && changed) event.preventDefault();
});
