/** A seeded generator of numbers in [0, 1) (mulberry32), so that a failing case can be run again. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const inserts = [
  "(", ")", "[", "]", "{", "}", ",", ":", ";", "=", "==", "->", "|>", "..", ".", "+", "-", "^", "@", "\n", "\"", "'", "#", "//", "/*", "é", "\u{1F600}",
  " let ", " fn ", " if ", " else ", " for ", " in ", " param ", " net ", " train ", " where ", " from ", " report ", " 1", " 2.", " 0x", " x ",
];

/** A text damaged in one to three places: characters or lines dropped, doubled, swapped, inserted, or taken from another text. */
export function mutate(text: string, draw: () => number, others: readonly string[]): string {
  // A few lines are enough to hold a mistake, and keep ten thousand cases quick.
  const lines = text.split("\n");
  const from = Math.floor(draw() * lines.length);
  let result = lines.slice(from, from + 4 + Math.floor(draw() * 24)).join("\n");
  const times = 1 + Math.floor(draw() * 3);
  for (let i = 0; i < times; i++) result = mutateOnce(result, draw, others);
  return result;
}

/** A text damaged in one place. */
export function mutateOnce(text: string, draw: () => number, others: readonly string[]): string {
  const at = Math.floor(draw() * (text.length + 1));
  const length = 1 + Math.floor(draw() * 12);
  const end = Math.min(text.length, at + length);
  const kind = Math.floor(draw() * 6);
  if (kind === 0) return text.slice(0, at) + text.slice(end);
  if (kind === 1) return text.slice(0, end) + text.slice(at);
  if (kind === 2) return text.slice(0, at) + inserts[Math.floor(draw() * inserts.length)]! + text.slice(at);
  if (kind === 3) return text.slice(0, at);
  if (kind === 4) {
    const lines = text.split("\n");
    const [a, b] = [Math.floor(draw() * lines.length), Math.floor(draw() * lines.length)];
    [lines[a], lines[b]] = [lines[b]!, lines[a]!];
    return lines.join("\n");
  }
  const other = others[Math.floor(draw() * others.length)]!;
  const start = Math.floor(draw() * other.length);
  return text.slice(0, at) + other.slice(start, start + 60) + text.slice(at);
}

const wordOrMark = /\/\/[^\n]*|"[^"]*"|[A-Za-z_]\w*|\d[\d_.]*|\S/g;
const operands = ["0", "1", "-1", "2.5", "true", "x", "[]", "step", "random()", "uniform([2])", "1e9", "stop(1.0)"];

/** A text in which one word, number or mark is another of its kind, or is gone, or doubled: most still parse. */
export function mutateWord(text: string, draw: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(draw() * list.length)]!;
  const all = [...text.matchAll(wordOrMark)].filter(([found]) => !found.startsWith("//"));
  const chosen = pick(all);
  const isWord = (found: string) => /\w/.test(found);
  const kind = draw();
  let other = `${chosen[0]} ${pick(all)[0]}`;
  if (kind < 0.6) other = pick(all.filter(([found]) => isWord(found) === isWord(chosen[0])))[0];
  else if (kind < 0.75) other = "";
  else if (kind < 0.9) other = pick(operands);
  return text.slice(0, chosen.index) + other + text.slice(chosen.index + chosen[0].length);
}
