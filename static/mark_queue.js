// The queue in front of the network: a mark lies in this browser's storage before anything is sent, and goes
// when the register has it. One item per cell under a key of account, sitting and entry; it holds seats'
// ids, texts and versions, never a name. What is sent twice has the same id, so the register writes it once.
//
// An item is a list of one or two changes { id, base, text, how, at }: the first may be under way, the second
// was typed meanwhile and waits for the version that the first will get. Or it is { conflict, text } or
// { refused, text }, which wait for the typist and not for the network.

const PREFIX = "registry-marks/";
const BATCH = 150;
const ADOPT_AFTER = 5000;
const SLOWEST_RETRY = 15000;
// Quick fingers fill one message with several marks instead of sending one each.
const APART = 800;
const PATIENCE = 20000;

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The browser's storage, or a stand-in for this page alone where the browser keeps none.
export function openStorage() {
  try {
    const probe = `${PREFIX}probe`;
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return { area: localStorage, lasting: true };
  } catch (error) {
    const kept = new Map();
    const area = {
      getItem: (key) => (kept.has(key) ? kept.get(key) : null),
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
      key: (index) => [...kept.keys()][index],
      get length() { return kept.size; },
    };
    return { area, lasting: false };
  }
}

export class MarkQueue {
  // place: "account/sitting/…"; send(changes) → { results } or throws { kind: "signed-out" | "closed" | "network" };
  // heard: { saved, refused, conflict, changed, stopped }.
  constructor(place, send, heard) {
    this.prefix = `${PREFIX}${place}/`;
    this.send = send;
    this.heard = heard;
    this.tab = newId();
    const { area, lasting } = openStorage();
    this.area = area;
    this.lasting = lasting;
    this.own = new Set();
    this.cells = this.readAll();
    this.busy = false;
    this.stopped = "";
    this.failures = 0;
    this.timer = 0;
    this.sentAt = 0;
    window.addEventListener("storage", (event) => this.hearOtherTab(event));
    window.addEventListener("online", () => this.wake());
  }

  readAll() {
    const cells = new Map();
    for (let index = 0; index < this.area.length; index += 1) {
      const key = this.area.key(index);
      if (key.startsWith(this.prefix) && !key.endsWith("/typing")) {
        const item = this.parse(this.area.getItem(key));
        if (item && (Array.isArray(item) || item.conflict || item.refused)) cells.set(key.slice(this.prefix.length), item);
      }
    }
    return cells;
  }

  parse(text) {
    try {
      return text ? JSON.parse(text) : null;
    } catch (error) {
      return null;
    }
  }

  write(cell, item) {
    if (item) {
      this.cells.set(cell, item);
      try {
        this.area.setItem(this.prefix + cell, JSON.stringify(item));
      } catch (error) {
        this.lasting = false;
      }
    } else {
      this.cells.delete(cell);
      this.area.removeItem(this.prefix + cell);
    }
  }

  // What lies in the storage now: another tab may have written since.
  stored(cell) {
    return this.lasting ? this.parse(this.area.getItem(this.prefix + cell)) : this.cells.get(cell) || null;
  }

  // Cells that the network still owes an answer.
  get waiting() {
    let number = 0;
    this.cells.forEach((item) => { if (Array.isArray(item)) number += 1; });
    return number;
  }

  put(cell, base, text, how) {
    const change = { id: newId(), base, text, how, at: Date.now() };
    const before = this.stored(cell);
    const under = Array.isArray(before) ? before : [];
    const first = under.length && (under[0].sent || !this.own.has(under[0].id)) ? [under[0]] : [];
    this.own.add(change.id);
    this.write(cell, [...first, change]);
    this.heard.changed();
    this.wake();
  }

  // The keystrokes of the cell that is being typed, for a tab that is killed in the middle of a mark.
  keepTyping(cell, text) {
    try {
      if (text) this.area.setItem(`${this.prefix}typing`, JSON.stringify({ cell, text }));
      else this.area.removeItem(`${this.prefix}typing`);
    } catch (error) {
      this.lasting = false;
    }
  }

  typing() {
    return this.parse(this.area.getItem(`${this.prefix}typing`));
  }

  hearOtherTab(event) {
    if (!event.key || !event.key.startsWith(this.prefix) || event.key.endsWith("/typing")) return;
    const cell = event.key.slice(this.prefix.length);
    const item = this.parse(event.newValue);
    if (item && item.saved) {
      this.heard.saved(cell, item.saved, !this.cells.has(cell) || Array.isArray(this.cells.get(cell)));
      return;
    }
    if (item) this.cells.set(cell, item);
    else this.cells.delete(cell);
    this.heard.elsewhere(cell, item);
    this.heard.changed();
    if (Array.isArray(item)) this.later(ADOPT_AFTER + 100);
  }

  later(delay) {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.flush(), delay);
  }

  wake() {
    if (this.busy || this.stopped) return;
    this.later(this.failures ? Math.min(1000, this.pause()) : Math.max(0, this.sentAt + APART - Date.now()));
  }

  pause() {
    return Math.min(SLOWEST_RETRY, 500 * 2 ** Math.min(this.failures, 6));
  }

  // Own changes at once; those of a tab that may be dead when they are old enough.
  due() {
    const now = Date.now();
    const changes = [];
    this.cells.forEach((item, cell) => {
      if (!Array.isArray(item) || changes.length >= BATCH) return;
      const [first] = item;
      if (this.own.has(first.id) || now - first.at > ADOPT_AFTER) changes.push({ cell, ...first });
    });
    return changes;
  }

  async flush() {
    if (this.busy || this.stopped) return;
    const changes = this.due();
    if (!changes.length) {
      if (this.waiting) this.later(1000);
      return;
    }
    this.busy = true;
    this.sentAt = Date.now();
    changes.forEach((change) => {
      const item = this.cells.get(change.cell);
      if (Array.isArray(item) && item[0].id === change.id && !item[0].sent) {
        item[0].sent = true;
        this.write(change.cell, item);
      }
    });
    try {
      const answer = await this.send(
        changes.map(({ id, cell, base, text, how }) => ({ id, cell, base, text, how })), PATIENCE,
      );
      this.failures = 0;
      answer.results.forEach((result) => this.settle(result));
      this.heard.answered(answer);
    } catch (trouble) {
      this.busy = false;
      if (trouble.kind === "signed-out" || trouble.kind === "closed") {
        this.stopped = trouble.kind;
        this.heard.stopped(trouble);
      } else {
        this.failures += 1;
        this.heard.failed(trouble);
        this.later(this.pause());
      }
      this.heard.changed();
      return;
    }
    this.busy = false;
    this.heard.changed();
    if (this.waiting) this.wake();
  }

  // One answer: the change that it belongs to leaves the queue, what was typed meanwhile moves up.
  settle(result) {
    const { cell, id, outcome } = result;
    this.own.delete(id);
    const item = this.stored(cell);
    const under = Array.isArray(item) ? item : [];
    if (!under.length || under[0].id !== id) return;
    const [first, next] = under;
    if (next && outcome !== "conflict") {
      this.write(cell, [{ ...next, base: result.version }]);
      this.heard.saved(cell, result, false);
    } else if (outcome === "saved") {
      // Told to the other tabs first: they learn the version, then that nothing waits.
      this.write(cell, { saved: { version: result.version, text: result.text } });
      this.write(cell, null);
      this.heard.saved(cell, result, true);
    } else {
      const text = next ? next.text : first.text;
      this.write(cell, { [outcome]: result, text });
      this.heard[outcome](cell, text, result);
    }
  }

  // Signed in again, or the network is back by the typist's word.
  resume() {
    this.stopped = "";
    this.failures = 0;
    this.wake();
  }
}
