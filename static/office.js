// What script adds to the office: "/" goes to the search box, a filter applies when it is chosen, and a
// second press on a button does not send a form twice. Every act works without any of it.
const typing = /^(input|textarea|select)$/i;

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = document.activeElement;
  if (at && (typing.test(at.tagName) || at.isContentEditable)) return;
  const search = document.getElementById("search");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form && form.dataset.sendOnChange !== undefined) form.submit();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method.toLowerCase() !== "post" || form.dataset.again !== undefined) return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  // A page that stays (a download, the Back button) may send again after a while.
  window.setTimeout(() => delete form.dataset.sent, 4000);
});

window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

document.querySelectorAll("button[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

const summary = document.getElementById("error-summary");
if (summary) summary.focus();
