import { HALF_BLOCK, SINGLE_BLOCK } from "./half-block.ts";
import { HalfSum } from "./half-sum.ts";
import { SingleSum } from "./single-sum.ts";

/** How numbers that are to be summed lie in memory: as f32, or packed in half precision (see `half-block.ts`). */
export type SumFormat = "f32" | "f16";

/** Bytes of 64 numbers: what is summed is a multiple of it. */
export const blockBytes = (format: SumFormat): number => (format === "f32" ? SINGLE_BLOCK : HALF_BLOCK);

/** Sums pieces of several ranks, in f32, in the order in which they come. */
export interface PieceSum {
  /** Bytes of a piece, at most. */
  readonly pieceBytes: number;
  /** Where to put the piece of the next rank before it is added. */
  target(first: boolean): Uint8Array;
  /** Adds what was put there; the first piece of a sum begins it. `bytes` are the same for all pieces of a sum. */
  add(bytes: number, first: boolean): void;
  /** The sum, in the format of the pieces; there until the next piece comes. */
  result(bytes: number): Uint8Array;
}

/** One for each format. */
export function pieceSums(): Readonly<Record<SumFormat, PieceSum>> {
  return { f32: new SingleSum(), f16: new HalfSum() };
}
