import fc from "fast-check";
import { expect, test } from "vitest";
import { didYouMean, editDistance, nearest } from "../../../compiler/diagnostics/suggest.ts";

test("a slip finds its word, another word does not", () => {
  const words = ["encoder", "predictor", "norm", "x"];
  expect(nearest("encodr", words)).toBe("encoder");
  expect(nearest("Encoder", words)).toBe("encoder");
  expect(nearest("precidtor", words)).toBe("predictor");
  expect(nearest("banana", words)).toBeUndefined();
  expect(didYouMean("nrom", words)).toEqual(["did you mean `norm`?"]);
  expect(didYouMean("banana", words)).toEqual([]);
});

test("edit distance is a distance", () => {
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(editDistance("ab", "ba")).toBe(1);
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      expect(distance).toBe(editDistance(b, a));
      expect(distance === 0).toBe(a === b);
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
    }),
    { numRuns: 200, seed: 1 },
  );
});
