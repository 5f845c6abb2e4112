import { describe, expect, test } from "vitest";
import { gradients } from "../../../compiler/autodiff/gradients.ts";
import { evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import type { Graph } from "../../../compiler/graph/node.ts";
import type { SizeLike } from "../../../compiler/graph/type.ts";
import { fuseAttention } from "../../../compiler/passes/fuse-attention.ts";
import { Poly } from "../../../compiler/size/poly.ts";
import { plainest, Program, testGpu, worstError, type Choose } from "./device.ts";
import { Net, optimise, valuesFor } from "./nets.ts";

const bySubgroup: Choose = (variant) => variant.subgroupSize === 8;
const byTile: Choose = (variant) => variant.adapter === "hardware";

/** Self-attention of tokens whose queries, keys and values are the input, packed as projections give them. */
function packed(batch: number, tokens: SizeLike, heads: number, channels: number, fuse: boolean): Graph {
  const g = new GraphBuilder([{ name: "N", min: 1, max: 80 }]);
  const net = new Net(g);
  const x = g.input("qkv", "f32", [batch, tokens, 3 * heads * channels]);
  const y = net.mix(x, heads);
  const slopes = g.input("slopes", "f32", y.shape);
  const loss = g.sum(g.mul(y, slopes), [0, 1, 2]);
  const told = g.graph("attention", [{ name: "loss", node: loss }, { name: "y", node: y }]);
  const { outputs } = fuse ? fuseAttention(told, g) : told;
  const [by] = gradients(outputs[0]!.node, [x], g);
  return optimise(g.graph("attention", [outputs[1]!, { name: "gradient", node: by! }]));
}

/** Tokens, heads and channels: one workgroup of rows and several, lanes that share a row, evenly and not, or have it alone. */
const SIZES = [[1, 1, 4], [140, 2, 4], [9, 2, 20], [70, 1, 64]] as const;
/** Drivers in software take seconds to translate tiles. */
const LONG = { timeout: 300_000 };

describe.each([["one lane each", plainest], ["by subgroups", bySubgroup], ["by tiles", byTile]] as const)("attention, %s", (_, choose) => {
  test("equals the reference, with its derivative, at any remainder", LONG, async () => {
    for (const [tokens, heads, channels] of SIZES) {
      const graph = packed(2, tokens, heads, channels, true);
      const program = new Program(await testGpu(), graph);
      expect(program.kernelNames).toEqual(["attention", "attention_grad"]);
      const run = { seed: 0, step: 0, sizes: { N: 1 }, values: valuesFor(graph, {}) };
      const found = await program.run(run, choose);
      for (const [name, value] of evaluateGraph(packed(2, tokens, heads, channels, false), run)) {
        expect(worstError(found.get(name)!, value), `${name} of ${tokens} tokens, ${heads} heads of ${channels}`).toBeLessThan(2e-5);
      }
      program.dispose();
    }
  });

  test("takes the number of tokens of each run", LONG, async () => {
    const graph = packed(3, Poly.atom("N"), 2, 4, true);
    const unfused = packed(3, Poly.atom("N"), 2, 4, false);
    const program = new Program(await testGpu(), graph);
    for (const N of [80, 1, 67, 5]) {
      const run = { seed: 0, step: 0, sizes: { N }, values: valuesFor(graph, { N }, N) };
      const found = await program.run(run, choose);
      for (const [name, value] of evaluateGraph(unfused, run)) expect(worstError(found.get(name)!, value), `${name} at ${N}`).toBeLessThan(2e-5);
    }
    program.dispose();
  });

  test("does not overflow where scores are large", LONG, async () => {
    const graph = packed(1, 19, 1, 4, true);
    const values = valuesFor(graph, {});
    const large = new Map(values).set("qkv", { ...values.get("qkv")!, data: values.get("qkv")!.data.map((value) => 60 * value) });
    const run = { seed: 0, step: 0, sizes: { N: 1 }, values: large };
    const program = new Program(await testGpu(), graph);
    const found = await program.run(run, choose);
    for (const [name, value] of evaluateGraph(graph, run)) expect(worstError(found.get(name)!, value), name).toBeLessThan(1e-4);
    program.dispose();
  });
});
