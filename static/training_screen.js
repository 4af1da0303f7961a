// Brings the code and the count again every few seconds; without it the page comes again by itself.
const now = document.getElementById("now");
const EVERY = 4000;

async function bring() {
  try {
    const answer = await fetch(now.dataset.from, { credentials: "same-origin" });
    if (answer.redirected || answer.status === 401 || answer.status === 403) {
      window.location.reload();
      return;
    }
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      now.replaceChildren(...page.body.childNodes);
      if (!now.querySelector(".code")) window.location.reload();
    }
  } catch (error) {
    // The network is away for a moment: what is shown stays, the next turn tries again.
  }
  window.setTimeout(bring, EVERY);
}

if (now?.dataset.from) window.setTimeout(bring, EVERY);
