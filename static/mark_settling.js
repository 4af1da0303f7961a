// Typing from the paper again: Enter goes to the next seat, and hands in after the last.
const form = document.querySelector("form[data-settling]");

if (form) {
  const cells = [...form.querySelectorAll("input[type=text]")];
  form.addEventListener("keydown", (event) => {
    const place = cells.indexOf(event.target);
    if (place < 0 || event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    if (place === cells.length - 1) return;
    event.preventDefault();
    cells[place + 1].focus();
  });
  if (cells.length) cells[0].focus();
}
