import type { GradientRange } from "../../plan/schema.ts";

/** Gradients that go to the other ranks together. */
export interface Bucket {
  readonly ranges: readonly GradientRange[];
  readonly bytes: number;
  /** The last dispatch that touches any of them. */
  readonly after: number;
}

/**
 * Packs ranges, in the order in which they become final, into buckets of about so many bytes: small enough that the
 * first leaves the device while the backward pass goes on, large enough that an exchange is worth its start.
 */
export function bucketsOf(ranges: readonly GradientRange[], bytes: number): Bucket[] {
  const buckets: Bucket[] = [];
  let open: GradientRange[] = [];
  let filled = 0;
  for (const [i, range] of ranges.entries()) {
    open.push(range);
    filled += range.bytes;
    if (filled < bytes && i < ranges.length - 1) continue;
    buckets.push({ ranges: open, bytes: filled, after: range.after });
    open = [];
    filled = 0;
  }
  return buckets;
}
