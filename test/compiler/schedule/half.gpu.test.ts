import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import type { GraphBuilder } from "../../../compiler/graph/builder.ts";
import type { Graph, Node } from "../../../compiler/graph/node.ts";
import { topological } from "../../../compiler/graph/order.ts";
import { printGraph } from "../../../compiler/graph/print.ts";
import type { NdArray } from "../../../compiler/graph/ndarray.ts";
import { OP_GROUPS } from "../../../compiler/ops/table.ts";
import { rebuild } from "../../../compiler/passes/pass.ts";
import { samplesOf } from "../ops/samples.ts";
import { Program, testGpu, worstError } from "./device.ts";

const ops = OP_GROUPS.flatMap((group) => group.ops.map((op) => op.name));
/** What rounding a result to f16 once changes, relative to the largest: half of 2^-10. */
const TOLERANCE = 5e-4;

/** The graph with all f32 inputs and the result times a weight, which is 1: so that they are what f16 is for. */
function timesOne(graph: Graph): Graph {
  const times = (x: Node, g: GraphBuilder) => (x.dtype === "f32" ? g.mul(x, g.broadcast(g.weight("one", []), [], x.shape)) : undefined);
  const inside = rebuild(graph, (node, g) => (node.op === "input" || node.op === "weight" ? times(node, g) : undefined));
  const results = new Set(inside.outputs.map(({ node }) => node));
  const order = topological([...results]);
  let at = 0;
  return rebuild(inside, (node, g) => (results.has(order[at++]!) ? times(node, g) : undefined));
}

/** The nearest number that f16 has. */
function round(value: number): number {
  if (value === 0) return 0;
  const unit = 2 ** (Math.max(-14, Math.floor(Math.log2(Math.abs(value)))) - 10);
  return Math.round(value / unit) * unit;
}

const rounded = (value: NdArray): NdArray => (value.dtype === "f32" ? { ...value, data: value.data.map(round) } : value);

/** Held for every operation of the table: its kernel on tensors stored as f16 against the f64 reference. */
describe.each(ops)("%s of tensors in half precision", (name) => {
  test("is what the reference computes, rounded", async () => {
    const gpu = await testGpu();
    for (const { graph, run } of fc.sample(samplesOf(name, 7), { numRuns: 5, seed: 1 })) {
      const half = timesOne(graph);
      const values = new Map([...run.values].map(([input, value]) => [input, rounded(value)]));
      values.set("one", { dtype: "f32", shape: [], data: Float64Array.of(1) });
      const program = new Program(gpu, half, { fusion: "none", precision: "f16" });
      const floats = [...run.values.values()].filter(({ dtype }) => dtype === "f32").length;
      const expected = evaluateGraph(graph, { ...run, values }).get("y")!;
      const found = (await program.run({ ...run, values })).get("y")!;
      expect(worstError(found, expected), `${printGraph(half)} at ${JSON.stringify(run.sizes)}`).toBeLessThan(TOLERANCE);
      const texts = program.library.kernels.flatMap(({ variants }) => variants.map(({ text }) => text));
      // Sorting reads bits, and what is only summed is a part of a sum.
      if (floats > 0 && name !== "argsort" && name !== "sum") expect(texts.some((text) => text.includes("f16>"))).toBe(true);
      program.dispose();
    }
  });
});
