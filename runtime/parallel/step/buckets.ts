import type { GradientRange } from "../../plan/schema.ts";

/** Gradients that go to the other ranks together. */
export interface Bucket {
  readonly ranges: readonly GradientRange[];
  readonly bytes: number;
  /** The last dispatch that touches any of them. */
  readonly after: number;
}

/** Bytes of a bucket, about. */
export const BUCKET_BYTES = 8 * 2 ** 20;

/** No range of a bucket is longer: it bounds what an exchange takes of the host, and fits MPI's counts. */
const LONGEST = 64 * 2 ** 20;

/**
 * Packs ranges, in the order in which they become final, into buckets of about so many bytes: small enough that the
 * first leaves the device while the backward pass goes on, large enough that an exchange is worth its start.
 */
export function bucketsOf(ranges: readonly GradientRange[], bytes: number = BUCKET_BYTES): Bucket[] {
  const buckets: Bucket[] = [];
  let open: GradientRange[] = [];
  let filled = 0;
  const all = ranges.flatMap(cut);
  for (const [i, range] of all.entries()) {
    open.push(range);
    filled += range.bytes;
    if (filled < bytes && i < all.length - 1) continue;
    buckets.push({ ranges: open, bytes: filled, after: range.after });
    open = [];
    filled = 0;
  }
  return buckets;
}

function cut(range: GradientRange): GradientRange[] {
  const { offset, bytes } = range;
  return Array.from({ length: Math.ceil(bytes / LONGEST) }, (_, i) => ({ ...range, offset: offset + i * LONGEST, bytes: Math.min(LONGEST, bytes - i * LONGEST) }));
}
