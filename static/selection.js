// Ticking rows of a table: the head's box ticks all on this page, and the bar below counts them.
document.querySelectorAll("[data-selection]").forEach((form) => {
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
  const all = form.querySelector("thead input[type=checkbox]");
  const count = form.querySelector("[data-selection-count]");
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    if (count) count.textContent = String(ticked);
    if (all) {
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
  };
  if (all) {
    all.addEventListener("change", () => {
      boxes.forEach((box) => { box.checked = all.checked; });
      show();
    });
  }
  form.addEventListener("change", show);
  show();
});
