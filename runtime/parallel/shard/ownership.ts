import { evenParts, scaled } from "../parts.ts";
import { SINGLE_BLOCK } from "../sum/half-block.ts";
import type { Bucket } from "../step/buckets.ts";
import { sliceRanges, type ByteRange } from "../step/ranges.ts";

/**
 * The gradients of a bucket that one rank sums, and whose weights it updates: as much as any other's. Every bucket is
 * divided, so that in every exchange all ranks have as much to do.
 */
export function ownedOf(bucket: Bucket, rank: number, world: number): ByteRange[] {
  return sliceRanges(bucket.ranges, scaled(evenParts(bucket.bytes / SINGLE_BLOCK, world), SINGLE_BLOCK)[rank]!);
}

/** What of some bytes of a buffer lies in ranges of that buffer. */
export function within({ buffer, offset, bytes }: ByteRange, ranges: readonly ByteRange[]): ByteRange[] {
  return ranges.flatMap((range) => {
    const [from, to] = [Math.max(offset, range.offset), Math.min(offset + bytes, range.offset + range.bytes)];
    return range.buffer === buffer && from < to ? [{ buffer, offset: from, bytes: to - from }] : [];
  });
}
