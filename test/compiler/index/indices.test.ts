import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sum, Test } from "../../../compiler/index/expression.ts";
import { Indices } from "../../../compiler/index/indices.ts";
import { SizeBox } from "../../../compiler/index/size-box.ts";
import { Poly } from "../../../compiler/size/poly.ts";

const n = (value: number) => Poly.constant(value);
const V = Poly.atom("V");
const box = new SizeBox([{ name: "V", min: 3, max: 9 }]);

type Env = { readonly variables: Readonly<Record<string, number>>; readonly sizes: Readonly<Record<string, number>> };

function evaluate(sum: Sum, env: Env): number {
  let total = sum.constant.evaluate(env.sizes);
  for (const { atom, coefficient } of sum.terms) {
    let value: number;
    if (atom.kind === "variable") value = env.variables[atom.name]!;
    else if (atom.kind === "load") throw new Error("no loads here");
    else {
      const [x, d] = [evaluate(atom.of, env), atom.by.evaluate(env.sizes)];
      value = atom.kind === "quotient" ? Math.floor(x / d) : x % d;
    }
    total += value * coefficient.evaluate(env.sizes);
  }
  return total;
}

function holds(test: Test, env: Env): boolean {
  if (test.kind === "known") return test.holds;
  if (test.kind === "less") return evaluate(test.a, env) < evaluate(test.b, env);
  return holds(test.a, env) && holds(test.b, env);
}

/** A random shape of the same number of elements: the prime-ish factors dealt into axes. */
const shapes = fc.array(fc.constantFrom(n(1), n(2), n(3), n(4), n(5), V), { minLength: 1, maxLength: 5 });

describe("Indices", () => {
  it("gives a position back after unravel and linear, whatever the shape", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const x = new Indices(box);
        const count = shape.reduce((a, b) => a.mul(b), n(1));
        const i = x.variable("i", count, 1);
        expect(x.linear(x.unravel(i, shape), shape).key).toBe(i.key);
      }),
    );
  });

  it("composes reshapes and transposes to what brute force finds", () => {
    fc.assert(
      fc.property(shapes, shapes, fc.nat(), fc.integer({ min: 3, max: 9 }), (first, second, seed, size) => {
        const x = new Indices(box);
        const count = [...first, ...second].reduce((a, b) => a.mul(b), n(1));
        const i = x.variable("i", count, 1);
        // Read i in [first.., second..], swap the two groups, flatten, read again in [first.., second..].
        const at = x.unravel(i, [...first, ...second]);
        const swapped = x.linear([...at.slice(first.length), ...at.slice(0, first.length)], [...second, ...first]);
        const again = x.unravel(swapped, [...first, ...second]);
        const sizes = { V: size };
        const total = count.evaluate(sizes);
        const value = seed % total;
        const env = { variables: { i: value }, sizes };
        const dims = [...first, ...second].map((d) => d.evaluate(sizes));
        const f = dims.slice(0, first.length).reduce((a, b) => a * b, 1);
        const s = total / f;
        const flat = (value % s) * f + Math.floor(value / s);
        expect(evaluate(swapped, env)).toBe(flat);
        let left = flat;
        const expected = dims.toReversed().map((d) => { const r = left % d; left = Math.floor(left / d); return r; }).reverse();
        expect(again.map((a) => evaluate(a, env))).toEqual(expected);
      }),
    );
  });

  it("divides sums of bounded variables as brute force does", () => {
    const coefficient = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(coefficient, coefficient, coefficient, fc.integer({ min: 1, max: 24 }), (a, b, c, d) => {
        const x = new Indices(box);
        const [i, j] = [x.variable("i", n(6), 1), x.variable("j", n(4), 1)];
        const sum = x.add(x.add(x.mul(i, a), x.mul(j, b)), x.size(c));
        const [q, r] = [x.div(sum, d), x.mod(sum, d)];
        const limit = x.less(r, x.size(2));
        for (let iv = 0; iv < 6; iv++) {
          for (let jv = 0; jv < 4; jv++) {
            const env = { variables: { i: iv, j: jv }, sizes: { V: 5 } };
            const value = a * iv + b * jv + c;
            expect([evaluate(q, env), evaluate(r, env)]).toEqual([Math.floor(value / d), value % d]);
            expect(holds(limit, env)).toBe(value % d < 2);
          }
        }
      }),
    );
  });

  it("drops divisions the bounds make superfluous", () => {
    const x = new Indices(box);
    const [b, k] = [x.variable("b", n(8), 1), x.variable("k", V, 1)];
    const flat = x.add(x.mul(b, V), k);
    expect(x.div(flat, V).key).toBe(b.key);
    expect(x.mod(flat, V).key).toBe(k.key);
    const q = x.variable("q", n(192), 1);
    expect(x.mod(x.add(x.mul(q, 4), x.size(3)), 768).key).toBe(x.add(x.mul(q, 4), x.size(3)).key);
    const far = x.variable("far", n(1000), 1);
    // 4 far + 3 over 768: the factor 4 cancels.
    expect(x.mod(x.add(x.mul(far, 4), x.size(3)), 768).key).toBe(x.add(x.mul(x.mod(far, 192), 4), x.size(3)).key);
  });

  it("decides comparisons only where the bounds do", () => {
    const x = new Indices(box);
    const i = x.variable("i", V, 1);
    expect(x.less(i, x.size(V)).kind).toBe("known");
    expect(x.less(i, x.size(9))).toMatchObject({ kind: "known", holds: true });
    expect(x.less(i, x.size(8)).kind).toBe("less");
    expect(x.less(x.add(i, x.size(9)), x.size(9))).toMatchObject({ kind: "known", holds: false });
    // i - 1 may be negative: nothing is known of it.
    expect(x.less(x.sub(i, x.size(1)), x.size(20)).kind).toBe("less");
  });
});
