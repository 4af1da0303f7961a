// A pasted column: the register reads it and shows row by row what it would write; what is confirmed is that
// very reading, or nothing when a cell moved meanwhile.
import { readMark } from "./marks.js";

export class PastePanel {
  constructor(page) {
    this.page = page;
    this.panel = page.part("paste");
    this.rows = this.panel.querySelector("[data-preview]");
    this.said = this.panel.querySelector("[data-said]");
    this.accept = this.panel.querySelector("[data-accept]");
    this.accept.addEventListener("click", () => this.write());
    this.panel.querySelector("[data-refuse]").addEventListener("click", () => this.close());
    this.panel.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
  }

  async open(row, text) {
    const { page } = this;
    this.row = row;
    page.grid.commit(row);
    this.panel.hidden = false;
    this.rows.replaceChildren();
    this.accept.hidden = true;
    if (page.queue.waiting) {
      this.say(page.words["still-waiting"]);
      return;
    }
    this.asked = { text, start: row.cell };
    try {
      const answer = await page.send(this.asked, page.data.paste);
      // Our own template, its values escaped there.
      this.rows.innerHTML = answer.html;
      this.digest = answer.digest;
      this.accept.hidden = !answer.digest;
      this.say("");
      (answer.digest ? this.accept : this.panel.querySelector("[data-refuse]")).focus();
    } catch (trouble) {
      this.fail(trouble);
    }
  }

  async write() {
    const { page } = this;
    this.accept.hidden = true;
    try {
      const answer = await page.send({ ...this.asked, digest: this.digest }, page.data.paste);
      const step = [];
      answer.results.forEach(({ cell, version, text }) => {
        const row = page.grid.byCell.get(cell);
        if (!row) return;
        const before = row.typed;
        page.grid.put(row, text, readMark(text, page.grid.full));
        step.push({ cell, before, after: row.shown });
        row.version = version;
        page.showRead(row, text);
      });
      page.undo.push(step);
      page.answered(answer);
      page.count();
      page.announce(answer.sentence);
      this.close();
    } catch (trouble) {
      this.fail(trouble);
    }
  }

  fail(trouble) {
    if (trouble.kind === "signed-out") this.page.stopped(trouble);
    this.say(trouble.sentence || this.page.words[trouble.kind === "signed-out" ? "signed-out" : "offline"]);
  }

  say(words) {
    this.said.textContent = words;
    if (words) this.page.announce(words);
  }

  close() {
    this.panel.hidden = true;
    this.page.grid.go(this.row);
  }
}
