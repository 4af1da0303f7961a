// Says how far an upload of photographs is while the page waits for the answer. Works without it, silently.
const form = document.querySelector("form[data-reads]");

if (form && "fetch" in window) {
  const told = form.querySelector("[data-told]");
  let asking = 0;

  form.addEventListener("submit", () => {
    told.textContent = form.dataset.sending;
    window.clearInterval(asking);
    asking = window.setInterval(async () => {
      try {
        const answer = await fetch(form.dataset.reads, { headers: { Accept: "application/json" } });
        if (!answer.ok) return;
        const { read, of } = await answer.json();
        if (of) told.textContent = form.dataset.reading.replace("{read}", read).replace("{of}", of);
      } catch (error) {
        // The answer to the upload itself says what went wrong.
      }
    }, 1000);
  });

  window.addEventListener("pageshow", () => {
    window.clearInterval(asking);
    told.textContent = "";
  });
}
