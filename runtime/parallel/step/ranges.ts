import type { Session } from "../../execute/index.ts";
import type { Part } from "../parts.ts";

/** Consecutive bytes of one of the plan's buffers; `offset` and `bytes` are multiples of 256. */
export interface ByteRange {
  readonly buffer: number;
  readonly offset: number;
  readonly bytes: number;
}

/** The buffers of a plan on their device. */
export type PlanBuffers = Pick<Session, "gpu" | "bufferAt">;

export const bytesOf = (ranges: readonly ByteRange[]): number => ranges.reduce((sum, { bytes }) => sum + bytes, 0);

/** Of ranges one behind the other, what lies in some bytes. */
export function sliceRanges(ranges: readonly ByteRange[], [from, to]: Part): ByteRange[] {
  let start = 0;
  return ranges.flatMap(({ buffer, offset, bytes }) => {
    const [first, end] = [Math.max(0, from - start), Math.min(bytes, to - start)];
    start += bytes;
    return first < end ? [{ buffer, offset: offset + first, bytes: end - first }] : [];
  });
}
