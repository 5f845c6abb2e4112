import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALIGNMENT, findOverlap, planArena, type Lifetime } from "../../../compiler/schedule/arena.ts";

const lifetime: fc.Arbitrary<Lifetime> = fc
  .tuple(fc.integer({ min: 1, max: 5000 }), fc.nat(30), fc.nat(10))
  .map(([bytes, from, length]) => ({ bytes, from, to: from + length }));

describe("planArena", () => {
  it("never lets tensors that live at once overlap", () => {
    fc.assert(
      fc.property(fc.array(lifetime, { maxLength: 60 }), (lifetimes) => {
        const { offsets, bytes } = planArena(lifetimes);
        expect(findOverlap(lifetimes, offsets)).toBeUndefined();
        offsets.forEach((offset, i) => {
          expect(offset % ALIGNMENT).toBe(0);
          expect(offset + lifetimes[i]!.bytes).toBeLessThanOrEqual(bytes);
        });
      }),
    );
  });

  it("is no larger than all tensors beside each other, and no smaller than what lives at once", () => {
    fc.assert(
      fc.property(fc.array(lifetime, { minLength: 1, maxLength: 40 }), (lifetimes) => {
        const room = (l: Lifetime) => Math.ceil(l.bytes / ALIGNMENT) * ALIGNMENT;
        const { bytes } = planArena(lifetimes);
        const at = (time: number) => lifetimes.filter((l) => l.from <= time && time <= l.to).reduce((sum, l) => sum + room(l), 0);
        expect(bytes).toBeLessThanOrEqual(lifetimes.reduce((sum, l) => sum + room(l), 0));
        expect(bytes).toBeGreaterThanOrEqual(Math.max(...lifetimes.map((l) => at(l.from))));
      }),
    );
  });

  it("uses memory again", () => {
    const chain = Array.from({ length: 10 }, (_, i) => ({ bytes: 1024, from: i, to: i + 1 }));
    expect(planArena(chain).bytes).toBe(2048);
  });

  it("finds an overlap where there is one", () => {
    const two = [{ bytes: 300, from: 0, to: 2 }, { bytes: 300, from: 2, to: 3 }];
    expect(findOverlap(two, [0, 256])).toEqual([0, 1]);
    expect(findOverlap(two, [0, 512])).toBeUndefined();
  });
});
