// Steps back on this page: each a list of cells with the text before and after. A paste is one step. Taking a
// step back is a change like any other: it gets a row in the history and obeys the same check.
const MOST = 200;

export class Undo {
  constructor() {
    this.steps = [];
  }

  push(step) {
    this.steps.push(step);
    if (this.steps.length > MOST) this.steps.shift();
  }

  pop() {
    return this.steps.pop() || null;
  }
}
