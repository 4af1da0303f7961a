// The page of score entry: the grid, the queue before the network, and what is said about both. The form
// below it works without any of this.
import { fillWords } from "./fill_words.js";
import { MarkGrid } from "./mark_grid.js";
import { MarkQueue } from "./mark_queue.js";
import { cellText, readMark, partsText } from "./marks.js";
import { Undo } from "./mark_undo.js";
import { signInAgain } from "./sign_in_again.js";
import { PastePanel } from "./mark_paste.js";

const form = document.querySelector("form[data-score-entry]");

class Page {
  constructor(form) {
    this.form = form;
    this.data = form.dataset;
    this.words = JSON.parse(this.data.words);
    this.part = (name) => document.querySelector(`[data-part="${name}"]`);
    document.querySelectorAll("[data-with-script]").forEach((part) => { part.hidden = false; });
    document.querySelectorAll("[data-without-script]").forEach((part) => { part.hidden = true; });
    this.undo = new Undo();
    this.grid = new MarkGrid(form.querySelector("table"), Number(this.data.full), this.words, {
      typed: (row, text, read) => this.typed(row, text, read),
      typing: (row) => this.queue.keepTyping(row.cell, row.input.value === row.shown ? "" : row.input.value),
      jump: () => this.openJump(),
      undo: () => this.undoLast(),
      paste: (row, text) => this.pastePanel.open(row, text),
      end: () => this.openEnd(),
    });
    this.queue = new MarkQueue(
      `${this.data.account}/${this.data.sitting}/${this.data.entry}`,
      (changes, patience) => this.send({ changes }, this.data.save, patience),
      {
        saved: (cell, result, settled) => this.saved(cell, result, settled),
        conflict: (cell, text, theirs) => this.conflict(cell, text, theirs),
        refused: (cell, text, result) => this.refused(cell, text, result),
        elsewhere: (cell, item) => this.elsewhere(cell, item),
        answered: (answer) => this.answered(answer),
        failed: () => this.say("offline"),
        stopped: (trouble) => this.stopped(trouble),
        changed: () => this.count(),
      },
    );
    this.pastePanel = new PastePanel(this);
    this.resume();
    this.listen();
    this.count();
    this.focusFirst();
    this.queue.wake();
  }

  // What an earlier tab left behind: changes not yet answered, conflicts not yet settled, half a mark.
  resume() {
    this.queue.cells.forEach((item, cell) => this.elsewhere(cell, item));
    this.grid.rows.forEach((row) => {
      if (row.status === "refused") this.showRead(row, row.shown);
    });
    const typing = this.queue.typing();
    const row = typing && this.grid.byCell.get(typing.cell);
    if (row && row.shown !== typing.text) this.unfinished = { row, text: typing.text };
  }

  focusFirst() {
    const { row, text } = this.unfinished || {};
    const first = row || this.grid.open()[0] || this.grid.rows[0];
    if (!first) return;
    this.grid.go(first);
    if (row) {
      row.input.value = text;
      this.grid.mode = "typing";
    }
  }

  listen() {
    document.addEventListener("keydown", (event) => this.anywhere(event), true);
    window.addEventListener("beforeunload", (event) => {
      if (this.grid.here) this.grid.commit(this.grid.here);
      if (!this.queue.waiting) return;
      event.preventDefault();
      event.returnValue = "";
    });
    this.form.addEventListener("submit", (event) => event.preventDefault());
    const jump = this.part("jump");
    jump.addEventListener("keydown", (event) => this.jumpKey(event));
    document.querySelectorAll("input[name=way]").forEach((choice) => {
      choice.addEventListener("change", () => {
        this.grid.bySeat = choice.value === "seat" && choice.checked;
        if (this.grid.bySeat) this.openJump();
        else this.focusFirst();
      });
    });
    this.part("sign-in").addEventListener("submit", (event) => {
      event.preventDefault();
      this.signIn();
    });
    this.part("end").addEventListener("click", (event) => {
      const button = event.target.closest("button[data-cell]");
      if (button) this.grid.go(this.grid.byCell.get(button.dataset.cell));
    });
    document.querySelectorAll("form[data-when-saved]").forEach((other) => {
      other.addEventListener("submit", (event) => {
        if (!this.queue.waiting) return;
        event.preventDefault();
        // The shell counts a form as sent once; this one was not.
        delete other.dataset.sent;
        this.announce(this.words["still-waiting"]);
      });
    });
  }

  // The slash belongs to the seats on this page, wherever the focus is.
  anywhere(event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.isComposing || event.keyCode === 229) return;
    const at = document.activeElement;
    if (at && /^(input|textarea|select)$/i.test(at.tagName) && !at.closest(".totals")) return;
    event.preventDefault();
    event.stopPropagation();
    this.openJump();
  }

  // --- what was typed ---------------------------------------------------------------------------

  typed(row, text, read, quiet) {
    const before = row.typed;
    this.grid.put(row, text, read);
    if (!quiet) this.undo.push([{ cell: row.cell, before, after: row.shown }]);
    this.queue.put(row.cell, row.version, text, quiet ? "undone" : "typed");
    this.queue.keepTyping(row.cell, "");
    this.showRead(row, text, true);
    if (read.refused) this.announce(`${this.seat(row)} ${this.grid.reason(read)}`);
  }

  // A cell as what is typed in it says; `waits` while the network owes an answer for it.
  showRead(row, text, waits) {
    const read = readMark(text, this.grid.full);
    const parts = read.parts && read.parts.length > 1 ? `${partsText(read.parts)} = ${cellText(read, this.words)}` : "";
    if (read.refused) this.grid.show(row, "refused", this.grid.reason(read));
    else if (waits) this.grid.show(row, "waiting", parts || this.words.waiting);
    else this.grid.show(row, read.state === "empty" ? "empty" : "kept", parts);
  }

  saved(cell, result, settled) {
    const row = this.grid.byCell.get(cell);
    if (!row) return;
    row.version = result.version;
    if (settled) this.showRead(row, row.typed);
  }

  // The register could not read it either, or will not have it: its cell is empty there.
  refused(cell, text, { version, reason }) {
    const row = this.grid.byCell.get(cell);
    if (!row) return;
    row.version = version;
    if (row.shown === text) this.grid.show(row, "refused", reason);
  }

  conflict(cell, text, theirs) {
    const row = this.grid.byCell.get(cell);
    if (!row) return;
    row.version = theirs.version;
    const read = readMark(text, this.grid.full);
    if (this.grid.here !== row || row.input.value === row.shown) this.grid.put(row, text, read);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = this.words["type-again"];
    button.addEventListener("click", () => this.grid.go(row));
    const words = fillWords(this.words.conflict, {
      who: theirs.by, at: theirs.at, theirs: theirs.text || this.words.empty,
      yours: this.grid.said(text, read) || this.words.empty,
    });
    this.grid.show(row, "conflict", words, button);
    this.announce(`${this.seat(row)} ${words}`);
  }

  // What another tab of this account typed, or an earlier one left.
  elsewhere(cell, item) {
    const row = this.grid.byCell.get(cell);
    if (!row || !item) return;
    if (item.conflict) {
      this.conflict(cell, item.text, item.conflict);
      return;
    }
    if (item.refused) {
      this.grid.put(row, item.text, readMark(item.text, this.grid.full));
      this.refused(cell, item.text, item.refused);
      return;
    }
    const { text } = item[item.length - 1];
    if (this.grid.here === row && row.input.value !== row.shown) return;
    this.grid.put(row, text, readMark(text, this.grid.full));
    this.showRead(row, text, true);
  }

  undoLast() {
    const step = this.undo.pop();
    if (!step) {
      this.announce(this.words["nothing-to-undo"]);
      return;
    }
    let last = null;
    let left = 0;
    step.forEach(({ cell, before, after }) => {
      const row = this.grid.byCell.get(cell);
      if (!row || row.status === "conflict" || row.shown !== after) {
        left += 1;
        return;
      }
      this.typed(row, before, readMark(before, this.grid.full), true);
      last = row;
    });
    if (last) this.grid.go(last);
    this.announce(left ? fillWords(this.words["undone-but"], { n: left }) : this.words.undone);
  }

  // --- the network -------------------------------------------------------------------------------

  async send(body, address, patience = 20000) {
    const impatient = new AbortController();
    const timer = window.setTimeout(() => impatient.abort(), patience);
    try {
      const answer = await fetch(address, {
        method: "POST", redirect: "manual", credentials: "same-origin", signal: impatient.signal,
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
        body: JSON.stringify({ account: Number(this.data.account), ...body }),
      });
      if (answer.type === "opaqueredirect" || answer.status === 401) throw { kind: "signed-out" };
      const isOurs = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      if (answer.ok && isOurs) return await answer.json();
      if (answer.status === 400 && !isOurs) return await this.withFreshToken(body, address, patience);
      if (answer.status === 409 && isOurs) throw { kind: "closed", ...(await answer.json()) };
      if ([403, 404].includes(answer.status)) throw { kind: "closed", sentence: this.words.closed };
      throw { kind: "network" };
    } catch (trouble) {
      throw trouble.kind ? trouble : { kind: "network" };
    } finally {
      window.clearTimeout(timer);
    }
  }

  get token() {
    return this.form.querySelector("input[name=csrf_token]").value;
  }

  // The token of an earlier sign-in is worth nothing: ask for this one's, and whose it is.
  async withFreshToken(body, address, patience) {
    const before = this.token;
    await this.freshToken();
    if (this.token === before) throw { kind: "network" };
    return this.send(body, address, patience);
  }

  async freshToken() {
    const answer = await fetch(this.data.pulse, { redirect: "manual", credentials: "same-origin", cache: "no-store" });
    if (answer.type === "opaqueredirect") throw { kind: "signed-out" };
    if (!answer.ok) throw { kind: answer.status < 500 ? "closed" : "network", sentence: this.words.closed };
    const { account, token } = await answer.json();
    // Another account must see nothing of these marks: they stay in the queue for their own.
    if (String(account) !== this.data.account) {
      this.leave();
      throw { kind: "closed", sentence: this.words["another-account"] };
    }
    document.querySelectorAll("input[name=csrf_token]").forEach((field) => { field.value = token; });
  }

  leave() {
    this.form.replaceChildren();
    window.onbeforeunload = null;
    this.queue.cells.clear();
    window.location.replace(this.data.home);
  }

  stopped(trouble) {
    if (trouble.kind === "signed-out") {
      this.part("sign-in").hidden = false;
      this.announce(this.words["signed-out"]);
      this.say("signed-out");
    } else {
      this.say("closed", trouble.sentence);
      this.announce(trouble.sentence || this.words.closed);
    }
  }

  async signIn() {
    const panel = this.part("sign-in");
    const password = panel.querySelector("input[type=password]");
    const said = panel.querySelector("[data-said]");
    said.textContent = "";
    try {
      const refusal = await signInAgain(this.data.signIn, this.data.login, password.value, this.words["sign-in-failed"]);
      if (refusal) {
        said.textContent = refusal;
        password.select();
        return;
      }
      await this.freshToken();
    } catch (trouble) {
      said.textContent = trouble.sentence || this.words["sign-in-failed"];
      return;
    }
    password.value = "";
    panel.hidden = true;
    this.announce(this.words["signed-in"]);
    this.queue.resume();
    if (this.grid.here) this.grid.go(this.grid.here);
  }

  answered(answer) {
    this.part("saved").textContent = fillWords(this.words.saved, { time: answer.time });
    this.say("");
  }

  // --- what is always in sight -------------------------------------------------------------------

  say(state, sentence) {
    this.part("network").textContent = state ? sentence || this.words[state] : "";
  }

  count() {
    if (!this.grid || !this.queue) return;
    const number = { kept: 0, empty: 0, waiting: 0, refused: 0, conflict: 0 };
    this.grid.rows.forEach((row) => { number[row.status] += 1; });
    const { waiting } = this.queue;
    this.part("waiting").textContent = fillWords(this.words[waiting ? "n-waiting" : "none-waiting"], { n: waiting });
    this.part("waiting").dataset.waiting = String(waiting);
    this.part("counts").textContent = fillWords(this.words.counts, {
      all: this.grid.rows.length, typed: number.kept + number.waiting, empty: number.empty,
      refused: number.refused, conflict: number.conflict,
    });
    this.part("not-lasting").hidden = this.queue.lasting;
  }

  announce(words) {
    const live = this.part("live");
    live.textContent = "";
    window.setTimeout(() => { live.textContent = words; }, 30);
  }

  seat(row) {
    return fillWords(this.words.seat, { seat: row.seat });
  }

  // --- seats --------------------------------------------------------------------------------------

  openJump() {
    const jump = this.part("jump");
    jump.value = "";
    jump.focus();
  }

  jumpKey(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const jump = event.target;
    if (event.key === "Escape") {
      event.preventDefault();
      if (this.grid.here) this.grid.go(this.grid.here);
    } else if (event.key === "/" ) {
      event.preventDefault();
      jump.select();
    } else if (event.key === "Enter") {
      event.preventDefault();
      const seat = jump.value.replace(/[\uff10-\uff19]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0)).trim();
      const row = this.grid.find(seat.replace(/^0+(?=\d)/, "")) || this.grid.find(seat);
      if (!row) {
        const said = fillWords(this.words["no-such-seat"], { seat });
        this.announce(said);
        this.part("jump-said").textContent = said;
        jump.select();
        return;
      }
      this.part("jump-said").textContent = row.shown && this.grid.bySeat
        ? fillWords(this.words["seat-has-mark"], { seat: row.seat }) : "";
      if (this.part("jump-said").textContent) this.announce(this.part("jump-said").textContent);
      this.grid.go(row);
    }
  }

  openEnd() {
    const panel = this.part("end");
    const list = panel.querySelector("[data-open-seats]");
    const open = this.grid.open();
    list.replaceChildren(...open.map((row) => {
      const line = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.dataset.cell = row.cell;
      button.textContent = `${this.seat(row)} ${this.words[`is-${row.status}`]}`;
      line.append(button);
      return line;
    }));
    panel.querySelector("[data-some-open]").hidden = !open.length;
    panel.querySelector("[data-none-open]").hidden = Boolean(open.length);
    panel.hidden = false;
    if (open.length) {
      list.querySelector("button").focus();
      this.announce(fillWords(this.words["some-open"], { n: open.length }));
    } else {
      const next = document.querySelector("[data-after-last]");
      (next || panel).focus();
      this.announce(this.words["none-open"]);
    }
  }
}

if (form) new Page(form);
