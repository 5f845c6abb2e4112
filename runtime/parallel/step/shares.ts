/** The passes of a step that one rank computes: `count` of them from `first`. */
export interface Share {
  readonly first: number;
  readonly count: number;
}

/**
 * Divides a step's passes among ranks in proportion to their speeds, at least one each: those whose exact share has the
 * largest remainder get what rounding down leaves over; of equal ones, the first.
 * @param speeds passes a second, or any multiple
 */
export function sharesOf(passes: number, speeds: readonly number[]): Share[] {
  const total = speeds.reduce((a, b) => a + b, 0);
  // One for each first; the rest by speed.
  const exact = speeds.map((speed) => Math.max(0, (passes * speed) / total - 1));
  const scale = (passes - speeds.length) / Math.max(exact.reduce((a, b) => a + b, 0), Number.MIN_VALUE);
  const wanted = exact.map((value) => value * scale);
  const counts = wanted.map((value) => 1 + Math.floor(value + 1e-9));
  const byRemainder = wanted.map((value, rank) => ({ rank, remainder: value - Math.floor(value + 1e-9) })).sort((a, b) => b.remainder - a.remainder || a.rank - b.rank);
  let left = passes - counts.reduce((a, b) => a + b, 0);
  for (const { rank } of byRemainder) if (left-- > 0) counts[rank]!++;
  let first = 0;
  return counts.map((count) => ({ first: (first += count) - count, count }));
}
