/** Bytes of gradients that one exchange carries; longer ranges take several. Every rank holds at most two such in memory. */
export const SLOT_BYTES = 4 * 2 ** 20;

/** Bytes copied and added at once: they stay in the second-level cache meanwhile. */
export const PIECE_BYTES = 128 * 2 ** 10;

/** Elements [from, to) that rank `rank` of `world` sums, of `count`: equal parts, on 16-byte boundaries. */
export function partOf(count: number, rank: number, world: number): readonly [from: number, to: number] {
  const each = 4 * Math.ceil(count / world / 4);
  return [Math.min(count, rank * each), Math.min(count, (rank + 1) * each)];
}
