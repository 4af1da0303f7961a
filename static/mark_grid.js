// The cells of the grid, as in a spreadsheet. Moving: typing replaces and arrows go to the next seat. Mending
// (F2 or a second click): arrows stay inside the cell. Esc gives back what stood there. Nothing fires while
// an input method composes. The grid knows nothing of the network: it tells what was typed.
import { fillWords } from "./fill_words.js";
import { cellText, readMark } from "./marks.js";

const PAGE = 10;

export class MarkGrid {
  // told: { typed(row, text, read), typing(row), jump(), undo(), paste(row, text), end() }.
  constructor(table, full, words, told) {
    this.full = full;
    this.words = words;
    this.told = told;
    this.mode = "moving";
    this.bySeat = false;
    this.here = null;
    this.rows = [...table.querySelectorAll("tr[data-cell]")].map((tr, index) => this.rowOf(tr, index));
    this.byCell = new Map(this.rows.map((row) => [row.cell, row]));
    table.addEventListener("focusin", (event) => this.enter(this.rowAt(event.target)));
    table.addEventListener("focusout", (event) => this.leave(this.rowAt(event.target)));
    table.addEventListener("mousedown", (event) => this.press(event));
    table.addEventListener("keydown", (event) => this.key(event));
    table.addEventListener("input", (event) => this.input(event));
    table.addEventListener("compositionend", (event) => this.input(event));
    table.addEventListener("paste", (event) => this.paste(event));
  }

  rowOf(tr, index) {
    const input = tr.querySelector("input[data-mark]");
    return {
      index, tr, input, cell: tr.dataset.cell, seat: tr.dataset.seat,
      note: tr.querySelector("[data-note]"), version: Number(tr.dataset.version),
      // What stands in the cell as kept, and the text that types the same again (with its parts).
      shown: input.value, typed: tr.dataset.typed || input.value,
      status: tr.dataset.status || (input.value ? "kept" : "empty"),
    };
  }

  rowAt(target) {
    const tr = target.closest ? target.closest("tr[data-cell]") : null;
    const row = tr && this.byCell.get(tr.dataset.cell);
    return row && row.input === target ? row : null;
  }

  enter(row) {
    if (!row) return;
    if (this.here && this.here !== row) this.here.tr.classList.remove("here");
    this.here = row;
    row.tr.classList.add("here");
    this.mode = "moving";
    row.input.select();
  }

  leave(row) {
    if (row) this.commit(row);
  }

  press(event) {
    const row = this.rowAt(event.target);
    if (!row) return;
    if (document.activeElement === row.input) {
      this.mode = "mending";
      return;
    }
    event.preventDefault();
    this.go(row);
  }

  go(row) {
    row.input.focus();
    // Already there: the field is told anew that typing replaces.
    if (this.here === row) this.enter(row);
  }

  key(event) {
    const row = this.rowAt(event.target);
    if (!row || event.isComposing || event.keyCode === 229 || event.altKey) return;
    const mending = this.mode === "mending";
    const control = event.ctrlKey || event.metaKey;
    const key = event.key;
    if (key === "Enter") {
      this.commit(row);
      if (this.bySeat && !event.shiftKey) this.told.jump();
      else this.step(row, event.shiftKey ? -1 : 1);
    } else if (key === "Escape") {
      this.restore(row);
    } else if (control && key.toLowerCase() === "z") {
      if (row.input.value !== row.shown) this.restore(row);
      else this.told.undo();
    } else if (control && (key === "Home" || key === "End")) {
      this.go(this.rows[key === "Home" ? 0 : this.rows.length - 1]);
    } else if (control) {
      return;
    } else if (key === "F2") {
      this.mode = "mending";
      row.input.setSelectionRange(row.input.value.length, row.input.value.length);
    } else if (key === "/") {
      this.told.jump();
    } else if (!mending && (key === "ArrowDown" || key === "ArrowUp")) {
      this.move(row, key === "ArrowDown" ? 1 : -1);
    } else if (!mending && (key === "PageDown" || key === "PageUp")) {
      this.move(row, key === "PageDown" ? PAGE : -PAGE);
    } else if (!mending && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(key)) {
      // One column: there is nowhere to go, and the cell must not be torn open by accident.
    } else {
      return;
    }
    event.preventDefault();
  }

  // Enter after the last row leads to what is still open, never round to the top.
  step(row, by) {
    const next = this.rows[row.index + by];
    if (next) this.go(next);
    else if (by > 0) this.told.end();
  }

  move(row, by) {
    this.go(this.rows[Math.max(0, Math.min(this.rows.length - 1, row.index + by))]);
  }

  input(event) {
    const row = this.rowAt(event.target);
    if (!row || event.isComposing) return;
    // A Chinese input method makes 、 of the slash without telling the key.
    if (/^[/／、]$/.test(row.input.value)) {
      row.input.value = row.shown;
      this.told.jump();
      return;
    }
    if (this.mode === "moving") this.mode = "typing";
    this.told.typing(row);
  }

  paste(event) {
    const row = this.rowAt(event.target);
    const text = row && event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (!/[\t\r\n]/.test(text.replace(/[\r\n]+$/, ""))) return;
    event.preventDefault();
    this.told.paste(row, text);
  }

  restore(row) {
    row.input.value = row.shown;
    this.told.typing(row);
    this.enter(row);
  }

  commit(row) {
    const text = row.input.value;
    // The same mark typed again from the paper settles a conflict; only passing by does not.
    const again = row.status === "conflict" && this.here === row && this.mode !== "moving";
    if (text === row.shown && !again) return;
    const read = readMark(text, this.full);
    const shown = this.said(text, read);
    if (row.status !== "conflict" && shown === row.shown) {
      row.input.value = row.shown;
      this.told.typing(row);
      return;
    }
    this.told.typed(row, text, read);
  }

  // Put a text into a cell: as typed, as undone, or as it came back.
  put(row, text, read) {
    row.shown = this.said(text, read);
    row.typed = read.refused || !read.parts || read.parts.length < 2 ? row.shown : text;
    if (row.input.value !== row.shown) row.input.value = row.shown;
  }

  // What a cell shows for a text: what was understood, or else the text as it was typed.
  said(text, read) {
    return read.refused ? text : cellText(read, this.words);
  }

  reason(read) {
    return fillWords(this.words[read.refused] || read.refused, read.values);
  }

  // The look of a cell: "kept", "empty", "waiting", "refused" or "conflict", with the words beside it.
  show(row, status, words, button) {
    row.status = status;
    row.tr.dataset.status = status;
    if (status === "refused") row.input.setAttribute("aria-invalid", "true");
    else row.input.removeAttribute("aria-invalid");
    row.note.textContent = words || "";
    if (button) row.note.append(" ", button);
  }

  open() {
    return this.rows.filter((row) => ["empty", "refused", "conflict"].includes(row.status));
  }

  find(seat) {
    return this.rows.find((row) => row.seat === seat) || null;
  }
}
