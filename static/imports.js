// Says that a file is being read or written while the page waits. Everything works without it.
document.querySelectorAll("form[data-busy]").forEach((form) => {
  form.addEventListener("submit", () => {
    const text = form.querySelector("[data-busy-text]");
    if (text) text.textContent = form.dataset.busy;
  });
});

window.addEventListener("pageshow", () => {
  document.querySelectorAll("[data-busy-text]").forEach((text) => (text.textContent = ""));
});
