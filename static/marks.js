// What was typed into a mark's cell, read exactly or refused: the twin of registry/rules/marks.py, word for
// word. Both answer tests/vectors/marks.json alike. Marks are whole numbers of half points.
export const LONGEST = 40;

const WORDS = {
  q: "absent", 缺: "absent", 缺考: "absent", absent: "absent",
  w: "disciplined", 违: "disciplined", 违纪: "disciplined", disciplined: "disciplined",
};
const FOLDED = { 0x3002: ".", 0xff61: ".", 0x3001: ",", 0x2212: "-" };
const AROUND = /^[ \t\r\n\u00a0\u3000]+|[ \t\r\n\u00a0\u3000]+$/g;
const BLANK = /[ \t\r\n\u00a0\u3000]/;
const MOST_DIGITS = 6;

const refused = (code, values = {}) => ({ refused: code, values });

// Wide digits, letters and signs as narrow ones, and the Chinese full stop as the decimal point.
export function fold(text) {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0);
    if (FOLDED[code]) return FOLDED[code];
    return code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : character;
  }).join("").replace(AROUND, "");
}

function seen(character) {
  const code = character.codePointAt(0);
  const shows = (code >= 0x21 && code <= 0x7e) || (code >= 0xa1 && code <= 0x5ff) || (code >= 0x2e80 && code <= 0x9fff);
  return shows ? character : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

// 171 half points are "85.5".
export function markText(halfPoints) {
  return halfPoints % 2 ? `${(halfPoints - 1) / 2}.5` : String(halfPoints / 2);
}

export const partsText = (parts) => parts.map(markText).join(" + ");

function readPiece(piece, full) {
  if (BLANK.test(piece)) return refused("mark-blank-inside");
  if (piece.startsWith("-")) return refused("mark-negative");
  const stranger = Array.from(piece).find((character) => !/[0-9.]/.test(character));
  if (stranger !== undefined) return refused("mark-not-a-number", { character: seen(stranger) });
  if (piece.split(".").length > 2) return refused("mark-two-points");
  if (piece.endsWith(".")) return refused("mark-unfinished");
  const [whole, rest = ""] = piece.split(".");
  if (whole.length > 1 && whole.startsWith("0")) return refused("mark-leading-nought");
  if (whole.length > MOST_DIGITS) return refused("mark-over-full", { full: markText(full) });
  const fraction = rest.replace(/0+$/, "");
  if (fraction !== "" && fraction !== "5") return refused("mark-not-a-half");
  return 2 * Number(whole || "0") + (fraction ? 1 : 0);
}

// { state, parts, halfPoints }, or { refused: code, values }. `full` is the full mark in half points.
export function readMark(text, full) {
  if (Array.from(text).length > LONGEST) return refused("mark-too-long", { limit: LONGEST });
  const folded = fold(text);
  if (!folded) return { state: "empty", parts: [], halfPoints: null };
  const word = WORDS[folded.toLowerCase()];
  if (word) return { state: word, parts: [], halfPoints: null };
  if (folded.includes(",")) return refused("mark-comma");
  const pieces = folded.split("+").map((piece) => piece.replace(AROUND, ""));
  if (pieces.some((piece) => !piece)) return refused("mark-part-missing");
  const parts = [];
  for (const piece of pieces) {
    const read = readPiece(piece, full);
    if (read.refused) return read;
    parts.push(read);
  }
  const halfPoints = parts.reduce((sum, part) => sum + part, 0);
  if (halfPoints > full) return refused("mark-over-full", { full: markText(full) });
  return { state: "mark", parts, halfPoints };
}

// A cell that was understood, as the page's language shows it; `words` are the page's own.
export function cellText(read, words) {
  if (read.state === "mark") return markText(read.halfPoints);
  return read.state === "empty" ? "" : words[`cell-${read.state}`];
}
