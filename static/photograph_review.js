// The second look by keyboard: arrows move between photographs, Enter or Space approves and moves on, x or
// Delete sends back, Backspace takes a decision back, Ctrl+Enter sends the page. Without it: a form of radios.
const form = document.querySelector("[data-review]");

function start(form) {
  const cards = [...form.querySelectorAll("[data-card]")];
  const count = form.querySelector("[data-count]");
  const why = (card) => card.querySelector("select");
  const radio = (card, value) => card.querySelector(`input[type=radio][value="${value}"]`);
  const said = (card) => card.querySelector("input[type=radio]:checked").value;

  function show() {
    const number = { good: 0, back: 0, left: 0 };
    cards.forEach((card) => {
      const decision = said(card);
      card.dataset.said = decision;
      number[{ approve: "good", back: "back" }[decision] || "left"] += 1;
    });
    count.textContent = count.dataset.count.replace(/{(\w+)}/g, (_, name) => number[name]);
  }

  function decide(card, value) {
    radio(card, value).checked = true;
    show();
  }

  function go(place) {
    const to = cards[Math.max(0, Math.min(cards.length - 1, place))];
    cards.forEach((card) => { card.tabIndex = card === to ? 0 : -1; });
    to.focus();
  }

  const columns = () => {
    const top = cards[0].offsetTop;
    const below = cards.findIndex((card) => card.offsetTop !== top);
    return below < 0 ? cards.length : below;
  };

  form.classList.add("with-keys");
  document.querySelector("[data-keys]").hidden = false;
  cards.forEach((card, place) => {
    card.tabIndex = place ? -1 : 0;
    card.setAttribute("aria-label", card.querySelector("legend").textContent);
  });
  form.addEventListener("change", show);
  show();

  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit ? form.requestSubmit() : form.submit();
      return;
    }
    const card = event.target.closest("[data-card]");
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = cards.indexOf(card);
    if (event.target !== card) {
      // In a reason or its words: Enter goes on to the next photograph, Escape back to this one.
      if (event.key === "Escape") go(place);
      else if (event.key === "Enter" && !/^(button|a)$/i.test(event.target.tagName)) {
        event.preventDefault();
        go(place + 1);
      }
      return;
    }
    const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns(), Home: -place, End: cards.length };
    if (event.key in moves) {
      go(place + moves[event.key]);
    } else if (event.key === "Enter" || event.key === " ") {
      decide(card, "approve");
      if (place + 1 < cards.length) go(place + 1);
    } else if (event.key === "x" || event.key === "X" || event.key === "Delete") {
      decide(card, "back");
      why(card).focus();
    } else if (event.key === "Backspace" || event.key === "u") {
      decide(card, "");
    } else {
      return;
    }
    event.preventDefault();
  });
}

if (form) start(form);
