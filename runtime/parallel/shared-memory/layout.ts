/** Bytes of gradients that the ranks exchange at once: what each of them has at hand of it stays in the second-level cache. */
export const SLOT_BYTES = 512 * 2 ** 10;

/** Slots that a rank has in memory: while one is collected, the next is summed, and the one after is offered. */
const SLOTS = 3;

/** Bytes in which a rank offers its terms. */
export const TERMS_BYTES = SLOTS * SLOT_BYTES;

/** Bytes that a rank shares with the others: its terms, then the sums it has made. */
export const AREA_BYTES = 2 * TERMS_BYTES;

/** Where the terms of a slot are in an area. */
export function termsAt(slot: number): number {
  return (slot % SLOTS) * SLOT_BYTES;
}

/** Where the sums of a slot are in an area: apart from the terms, which are offered while others still collect sums. */
export function sumsAt(slot: number): number {
  return TERMS_BYTES + termsAt(slot);
}

/** Bytes of the signals of all ranks: a multiple of the system's pages, which are of 4 to 64 KiB. */
export const SIGNALS_BYTES = 64 * 2 ** 10;

/** Bytes added at once: they stay in the first caches meanwhile. */
export const PIECE_BYTES = 64 * 2 ** 10;

/** Elements [from, to) that rank `rank` of `world` sums, of `count`: equal parts, on the boundaries of cache lines, of 16. */
export function partOf(count: number, rank: number, world: number): readonly [from: number, to: number] {
  const each = 16 * Math.ceil(count / world / 16);
  return [Math.min(count, rank * each), Math.min(count, (rank + 1) * each)];
}
