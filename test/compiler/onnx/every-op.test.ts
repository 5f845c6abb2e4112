import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import type { NdArray } from "../../../compiler/graph/ndarray.ts";
import type { Node } from "../../../compiler/graph/node.ts";
import { topological } from "../../../compiler/graph/order.ts";
import { constantShape } from "../../../compiler/graph/type.ts";
import { exportOnnx, weightsOf } from "../../../compiler/onnx/export.ts";
import { ONNX_OPS } from "../../../compiler/onnx/table.ts";
import { OnnxUnsupported } from "../../../compiler/onnx/unsupported.ts";
import { OP_GROUPS } from "../../../compiler/ops/table.ts";
import { samplesOf, type Sample } from "../ops/samples.ts";
import { runOnnx } from "./run.ts";

const ops = OP_GROUPS.flatMap((group) => group.ops).map(({ name }) => name);
/** What is no function of the inputs alone. */
const REFUSED: Readonly<Record<string, string>> = { uniform: "draws random numbers", scalar: "depends on the training step", attention_grad: "computes a gradient" };

function exported({ graph, run }: Sample): { chunks: readonly Uint8Array[]; inputs: Map<string, NdArray> } {
  const order = topological(graph.outputs.map(({ node }) => node));
  const named = (op: string): Node[] => order.filter((node) => node.op === op);
  const nameOf = (node: Node): string => node.attrs["name"] as string;
  const weights = new Map(weightsOf(graph).map((name) => [name, Float32Array.from(run.values.get(name)!.data)]));
  const inputs = named("input").map((node) => ({ name: nameOf(node), dtype: node.dtype, shape: node.shape }));
  return { chunks: exportOnnx({ graph, inputs, inputPrefix: "", weights }), inputs: new Map(inputs.map(({ name }) => [name, run.values.get(name)!])) };
}

test("every operation has a counterpart", () => {
  expect(Object.keys(ONNX_OPS).sort()).toEqual([...ops].sort());
});

/** Of random graphs of one operation, with runtime sizes, against the reference evaluator. */
describe.each(ops)("%s", (name) => {
  test.runIf(name in REFUSED)("is refused", () => {
    const [sample] = fc.sample(samplesOf(name), { numRuns: 1, seed: 1 });
    expect(() => exported(sample!)).toThrow(OnnxUnsupported);
    expect(() => exported(sample!)).toThrow(REFUSED[name]!);
  });

  test.runIf(!(name in REFUSED))("gives in onnxruntime what it should", async () => {
    const run = async (sample: Sample): Promise<void> => {
      fc.pre(!sample.wrt.some(({ op, shape }) => op === "weight" && constantShape(shape) === undefined)); // no model has such
      const { chunks, inputs } = exported(sample);
      const expected = evaluateGraph(sample.graph, sample.run).get("y")!;
      const found = (await runOnnx(chunks, inputs, sample.run.sizes)).get("y")!;
      expect(found.shape).toEqual(expected.shape);
      expected.data.forEach((value, i) => expect(Math.abs(found.data[i]! - value), `element ${i}`).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(value))));
    };
    await fc.assert(fc.asyncProperty(samplesOf(name), run), { numRuns: 10, seed: 7 });
  });
});
