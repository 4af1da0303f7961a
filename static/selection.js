// Ticking rows of a table: the head's box ticks all on this page, the bar below counts them and the
// certificates that would end, the arrow keys go from box to box and Shift takes what lies between along.
// Everything works without it.
document.querySelectorAll("[data-selection]").forEach((form) => {
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
  const all = form.querySelector("thead input[type=checkbox]");
  const bar = form.querySelector("[data-selection-bar]");
  const count = form.querySelector("[data-selection-count]");
  const ends = form.querySelector("[data-selection-ends]");
  let last = null;
  if (!boxes.length) return;
  if (all) all.hidden = false;
  if (bar) bar.hidden = false;

  const show = () => {
    const ticked = boxes.filter((box) => box.checked);
    if (count) count.textContent = String(ticked.length);
    if (ends) ends.textContent = String(ticked.reduce((sum, box) => sum + Number(box.dataset.ends || 0), 0));
    if (all) {
      all.checked = ticked.length > 0 && ticked.length === boxes.length;
      all.indeterminate = ticked.length > 0 && ticked.length < boxes.length;
    }
  };
  const between = (from, to, checked) => {
    const [first, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
    boxes.slice(first, end + 1).forEach((box) => { box.checked = checked; });
  };
  if (all) {
    all.addEventListener("change", () => {
      boxes.forEach((box) => { box.checked = all.checked; });
      show();
    });
  }
  form.addEventListener("click", (event) => {
    if (!boxes.includes(event.target)) return;
    if (event.shiftKey && last) between(last, event.target, event.target.checked);
    last = event.target;
    show();
  });
  form.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = boxes.indexOf(event.target);
    if (!step || at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = boxes[at + step];
    if (!next) return;
    if (event.shiftKey) {
      next.checked = event.target.checked;
      show();
    }
    next.focus();
  });
  form.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
});
