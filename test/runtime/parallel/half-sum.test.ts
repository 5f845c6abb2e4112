import { describe, expect, it } from "vitest";
import { pieceSums } from "../../../runtime/parallel/sum/piece-sum.ts";
import { gradients, packed, sumInOrder, unpacked } from "./half.ts";

/** The sum of some ranks' gradients, as it comes back. */
function sumOf(terms: readonly Float32Array[]): Uint8Array {
  const { f16: sum } = pieceSums();
  const pieces = terms.map(packed);
  pieces.forEach((piece, rank) => {
    sum.target(rank === 0).set(piece);
    sum.add(piece.length, rank === 0);
  });
  return sum.result(pieces[0]!.length).slice();
}

describe("a sum in half precision", () => {
  it.each([[1, 5], [2, 50], [4, 992]])("of %i ranks and %i blocks is that of f32, rounded once", (world, blocks) => {
    const terms = Array.from({ length: world }, (_, rank) => gradients(blocks, rank));
    expect(Buffer.compare(sumOf(terms), packed(sumInOrder(terms)))).toBe(0);
  });

  it("keeps 11 bits of what is not far below a block's largest, however large or small that is", () => {
    for (const size of [1e-22, 1e-8, 1, 1e30]) {
      const term = Float32Array.from({ length: 64 }, (_, i) => size * Math.sin(1 + i) * 2 ** -(i % 26));
      const found = unpacked(sumOf([term]));
      term.forEach((value, i) => expect(Math.abs(found[i]! / value - 1), `${value}`).toBeLessThanOrEqual(2 ** -11));
    }
  });

  it.each([Infinity, -Infinity, NaN])("of a block with %d is not a number, and its neighbours are untouched", (value) => {
    const [a, b] = [gradients(6, 0), gradients(6, 1)];
    b[5 * 64 + 3] = value;
    const found = unpacked(sumOf([a, b]));
    expect(found.subarray(320).every((sum) => Number.isNaN(sum))).toBe(true);
    expect(found.subarray(0, 320)).toEqual(unpacked(packed(sumInOrder([a, b]).subarray(0, 320))));
  });

  it("that leaves f32 is not a number either", () => {
    const terms = [0, 1].map(() => new Float32Array(64).fill(3e38));
    expect(unpacked(sumOf(terms)).every((sum) => Number.isNaN(sum))).toBe(true);
  });
});
