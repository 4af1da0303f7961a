// "{seat}号座位" with { seat: 14 } is "14号座位". A place without a value stays as it is.
export function fillWords(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}
