import { Adder } from "./adder.ts";
import type { PieceSum } from "./piece-sum.ts";

/** Copied and added at once: both pieces stay in the second-level cache meanwhile. */
const PIECE = 128 * 2 ** 10;

/** Sums f32: the sum in one piece of an adder's memory, what is added to it in the next. */
export class SingleSum implements PieceSum {
  readonly pieceBytes = PIECE;
  private readonly adder = new Adder(2 * PIECE);

  target(first: boolean): Uint8Array {
    return this.adder.memory.subarray(first ? 0 : PIECE, first ? PIECE : 2 * PIECE);
  }

  add(bytes: number, first: boolean): void {
    if (!first && bytes > 0) this.adder.add(0, 0, PIECE, bytes);
  }

  result(bytes: number): Uint8Array {
    return this.adder.memory.subarray(0, bytes);
  }
}
