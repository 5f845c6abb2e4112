import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Poly } from "../../../compiler/size/poly.ts";

const names = ["B", "D", "N"];
const poly: fc.Arbitrary<Poly> = fc
  .array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.array(fc.constantFrom(...names), { maxLength: 2 })), { maxLength: 4 })
  .map((terms) => terms.reduce((sum, [c, atoms]) => sum.add(Poly.monomial(atoms, c)), Poly.constant(0)));
const values = fc.record({ B: fc.integer({ min: 1, max: 9 }), D: fc.integer({ min: 1, max: 9 }), N: fc.integer({ min: 1, max: 9 }) });

describe("Poly", () => {
  it("computes as numbers do", () => {
    fc.assert(
      fc.property(poly, poly, values, (a, b, at) => {
        expect(a.add(b).evaluate(at) - a.evaluate(at) - b.evaluate(at)).toBe(0);
        expect(a.mul(b).evaluate(at) - a.evaluate(at) * b.evaluate(at)).toBe(0);
        expect(a.add(b).equals(b.add(a))).toBe(true);
      }),
    );
  });

  it("divides what was multiplied by one term", () => {
    fc.assert(
      fc.property(poly, fc.constantFrom(...names), fc.integer({ min: 1, max: 5 }), (a, atom, c) => {
        expect(a.mul(Poly.monomial([atom], c)).divideExact(Poly.monomial([atom], c))?.key).toBe(a.key);
      }),
    );
  });

  it("prints as a person would", () => {
    const [T, M] = [Poly.atom("T"), Poly.atom("M")];
    expect(T.sub(M).toString()).toBe("T - M");
    expect(T.mul(Poly.constant(3)).sub(Poly.constant(1)).toString()).toBe("3*T - 1");
    expect(Poly.constant(0).toString()).toBe("0");
    expect(Poly.atom("floor(2*T)").mul(M).toString()).toBe("M*floor(2*T)");
    expect(Poly.atom("T / p").mul(Poly.constant(2)).toString()).toBe("2*(T / p)");
    expect(M.negate().toString()).toBe("-M");
  });
});
