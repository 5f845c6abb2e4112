import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import type { Graph } from "../../../compiler/graph/node.ts";
import { Poly } from "../../../compiler/size/poly.ts";
import { plainest, Program, testGpu, worstError, type Choose } from "./device.ts";
import { Net, optimise, valuesFor } from "./nets.ts";

const subgroups: Choose = (variant) => variant.requires.includes("subgroups");
const tile: Choose = (variant) => variant.adapter === "hardware";

interface Case {
  readonly graph: Graph;
  readonly sizes: readonly Readonly<Record<string, number>>[];
}

function softmax(): Case {
  const net = new Net(new GraphBuilder([]));
  return { graph: net.g.graph("softmax", [{ name: "y", node: net.softmax(net.g.input("x", "f32", [5, 7, 33])) }]), sizes: [{}] };
}

function layerNorm(): Case {
  const net = new Net(new GraphBuilder([]));
  return { graph: net.training("layer_norm", net.layerNorm(net.g.input("x", "f32", [3, 5, 48]), "n")), sizes: [{}] };
}

function mlp(): Case {
  const V = Poly.atom("V");
  const net = new Net(new GraphBuilder([{ name: "V", min: 3, max: 21 }]));
  const x = net.g.input("x", "f32", [2, V, 12]);
  const y = net.softmax(net.linear(net.gelu(net.linear(x, 20, "a")), 18, "b"));
  return { graph: net.training("mlp", y), sizes: [{ V: 21 }, { V: 3 }, { V: 13 }] };
}

/** The number of tokens is a difference, as it is where the others are masked. */
function block(): Case {
  const V = Poly.constant(24).sub(Poly.atom("M"));
  const net = new Net(new GraphBuilder([{ name: "M", min: 4, max: 21 }]));
  const x = net.linear(net.g.input("x", "f32", [2, V, 16]), 24, "in");
  return { graph: net.training("block", net.block(x, 3, "blk")), sizes: [{ M: 4 }, { M: 17 }, { M: 4 }] };
}

/** All sizes by fours: products read both operands four elements at a time. */
function evenBlock(): Case {
  const net = new Net(new GraphBuilder([]));
  const x = net.linear(net.g.input("x", "f32", [2, 12, 16]), 24, "in");
  return { graph: net.training("even", net.block(x, 3, "blk")), sizes: [{}, {}] };
}

describe.each([["even block", evenBlock], ["softmax", softmax], ["layer norm", layerNorm], ["mlp", mlp], ["transformer block", block]] as const)("%s", (_, make) => {
  const { graph, sizes } = make();
  test.each([
    ["fused", optimise(graph), "full", plainest],
    ["fused, by subgroups", optimise(graph), "full", subgroups],
    ["fused, by tiles", optimise(graph), "full", tile],
    ["unfused", optimise(graph), "none", plainest],
    ["fused, not optimised", graph, "full", plainest],
  ] as const)("%s: equals the reference, run after run", async (_, graph, fusion, choose) => {
    const program = new Program(await testGpu(), graph, { fusion });
    for (const [step, at] of sizes.entries()) {
      const run = { seed: 3, step, sizes: at, values: valuesFor(graph, at, step + 1) };
      const expected = evaluateGraph(graph, run);
      const found = await program.run(run, choose);
      for (const [name, value] of expected) expect(worstError(found.get(name)!, value), name).toBeLessThan(1e-5);
    }
    program.dispose();
  });
});
