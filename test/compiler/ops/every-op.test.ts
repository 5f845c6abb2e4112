import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gradients } from "../../../compiler/autodiff/gradients.ts";
import { Evaluator, evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import type { NdArray } from "../../../compiler/graph/ndarray.ts";
import { parseGraph } from "../../../compiler/graph/parse.ts";
import { printGraph } from "../../../compiler/graph/print.ts";
import { verifyGraph } from "../../../compiler/graph/verify.ts";
import type { OpDef } from "../../../compiler/ops/op.ts";
import { OP_GROUPS } from "../../../compiler/ops/table.ts";
import { samplesOf, type Sample } from "./samples.ts";

const ops = OP_GROUPS.flatMap((group) => group.ops);
const RUNS = { numRuns: 40 };

/** Held for every operation of the table; one without samples fails here. */
describe.each(ops.map((op) => [op.name, op] as const))("%s", (name, op: OpDef) => {
  test("has the type it infers, and a value of that shape", () => {
    fc.assert(
      fc.property(samplesOf(name), (sample) => {
        expect(verifyGraph(sample.graph)).toEqual([]);
        const y = evaluateGraph(sample.graph, sample.run).get("y")!;
        expect(y.shape).toEqual(sample.y.shape.map((n) => n.evaluate(sample.run.sizes)));
        expect(y.data).toHaveLength(y.shape.reduce((a, b) => a * b, 1));
        expect(y.data.every(Number.isFinite)).toBe(true);
      }),
      RUNS,
    );
  });

  test("prints, and parses back to the same", () => {
    fc.assert(
      fc.property(samplesOf(name), (sample) => {
        const text = printGraph(sample.graph);
        const parsed = parseGraph(text);
        expect(printGraph(parsed)).toBe(text);
        expect(evaluateGraph(parsed, sample.run)).toEqual(evaluateGraph(sample.graph, sample.run));
      }),
      RUNS,
    );
  });

  test.runIf(op.vjp !== undefined)("has the derivative that finite differences have", () => {
    fc.assert(fc.property(samplesOf(name, 3), checkDerivative), { numRuns: 25 });
  });
});

/** Of the sum of y, each element times a weight of its own, by every f32 input: central differences in f64. */
function checkDerivative({ g, y, run, wrt }: Sample): void {
  if (y.dtype !== "f32" || wrt.length === 0) return;
  const weights = g.add(g.uniform(y.shape, 99), g.fill(0.5, y));
  const loss = g.sum(g.mul(y, weights), y.shape.map((_, axis) => axis));
  const found = gradients(loss, wrt, g);
  expect(verifyGraph(g.graph("gradients", found.map((node, i) => ({ name: `${i}`, node }))))).toEqual([]);
  const evaluator = new Evaluator(run);
  wrt.forEach((input, i) => {
    const name = input.attrs["name"] as string;
    const derivative = evaluator.value(found[i]!);
    const at = run.values.get(name)!;
    expect(derivative.shape).toEqual(at.shape);
    at.data.forEach((value, k) => {
      const lossAt = (moved: number): number => {
        const changed: NdArray = { ...at, data: at.data.with(k, moved) };
        return new Evaluator({ ...run, values: new Map(run.values).set(name, changed) }).value(loss).data[0]!;
      };
      const step = 1e-5;
      const expected = (lossAt(value + step) - lossAt(value - step)) / (2 * step);
      expect(Math.abs(derivative.data[k]! - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected)));
    });
  });
}
