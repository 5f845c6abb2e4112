import { describe, expect, it } from "vitest";
import { piecesOf } from "../../../compiler/batch/sum.ts";

const MiB = 2 ** 20;

describe("pieces of a net's gradients", () => {
  it("cover them all, end where tensors end, and are of 8 MiB at least but for the last", () => {
    const starts = [0, 3, 20, 21, 30].map((n) => n * MiB);
    expect(piecesOf(starts.toReversed(), 31 * MiB)).toEqual([
      { offset: 0, bytes: 20 * MiB },
      { offset: 20 * MiB, bytes: 10 * MiB },
      { offset: 30 * MiB, bytes: MiB },
    ]);
    expect(piecesOf([0], 256)).toEqual([{ offset: 0, bytes: 256 }]);
  });
});
