/** The candidate that `word` is most likely a slip of; undefined if none is near. Letter case does not count. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Help lines for a misspelt name: one, or none. */
export function didYouMean(word: string, candidates: Iterable<string>): string[] {
  const near = nearest(word, candidates);
  return near === undefined ? [] : [`did you mean \`${near}\`?`];
}

/** How many insertions, deletions, replacements and swaps of neighbours turn `a` into `b` (Damerau, restricted). */
export function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      const at = i * width + j;
      if (i === 0 || j === 0) {
        table[at] = i + j;
        continue;
      }
      const differs = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(table[at - width]! + 1, table[at - 1]! + 1, table[at - width - 1]! + differs);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, table[at - 2 * width - 2]! + 1);
      table[at] = cost;
    }
  }
  return table.at(-1)!;
}
