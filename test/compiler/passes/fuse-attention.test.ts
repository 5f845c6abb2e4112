import { describe, expect, test } from "vitest";
import { gradients } from "../../../compiler/autodiff/gradients.ts";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import { evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import type { Graph, Node } from "../../../compiler/graph/node.ts";
import { topological } from "../../../compiler/graph/order.ts";
import { constantShape } from "../../../compiler/graph/type.ts";
import { assertVerified } from "../../../compiler/graph/verify.ts";
import { fuseAttention } from "../../../compiler/passes/fuse-attention.ts";
import { runPasses } from "../../../compiler/passes/pipeline.ts";
import { compile } from "../../../compiler/compile.ts";
import { readerOf } from "../../support/models.ts";
import { Net, valuesFor } from "../schedule/nets.ts";

type Write = (g: GraphBuilder, q: Node, k: Node, v: Node) => Node;

const softmax = (g: GraphBuilder, x: Node): Node => new Net(g).softmax(x);
const c = (g: GraphBuilder, value: number, like: Node): Node => g.fill(value, like);

/** Queries, keys and values that stand apart, one of `shape` each. */
function graphOf(write: Write, shape: readonly number[], keys = shape): { readonly g: GraphBuilder; readonly graph: Graph } {
  const g = new GraphBuilder([]);
  const y = write(g, g.input("q", "f32", shape), g.input("k", "f32", keys), g.input("v", "f32", keys));
  return { g, graph: g.graph("attention", [{ name: "y", node: y }]) };
}

const opsOf = (graph: Graph): string[] => topological(graph.outputs.map((output) => output.node)).map((node) => node.op);

const WRITTEN: Readonly<Record<string, Write>> = {
  "as the library writes it": (g, q, k, v) => {
    const scores = g.matmul(q, g.swapLast(k));
    return g.matmul(softmax(g, g.div(scores, c(g, Math.sqrt(8), scores))), v);
  },
  "without a scale": (g, q, k, v) => g.matmul(softmax(g, g.matmul(q, g.swapLast(k))), v),
  "with scaled queries, and keys negated": (g, q, k, v) => g.matmul(softmax(g, g.matmul(g.mul(c(g, 0.5, q), q), g.swapLast(g.neg(k)))), v),
  "without the largest score taken off": (g, q, k, v) => {
    const e = g.exp(g.mul(g.matmul(q, g.swapLast(k)), c(g, 0.25, g.matmul(q, g.swapLast(k)))));
    const sum = g.sum(e, [e.shape.length - 1]);
    return g.matmul(g.div(e, g.broadcast(sum, sum.shape.map((_, axis) => axis), e.shape)), v);
  },
};

describe.each(Object.entries(WRITTEN))("attention %s", (_, write) => {
  test.each([[[5, 8]], [[2, 5, 8]], [[2, 3, 5, 8]], [[2, 1, 3, 4, 8]]])("is found over %j, and is the same with its derivatives", (shape) => {
    const { g, graph } = graphOf(write, shape);
    const fused = fuseAttention(graph, g);
    expect(opsOf(fused).filter((op) => op === "attention" || op === "matmul")).toEqual(["attention"]);
    const all = (y: Node): Graph => {
      const loss = g.sum(g.mul(y, g.uniform(y.shape, 1)), y.shape.map((_, axis) => axis));
      const wrt = ["q", "k", "v"].map((name) => g.input(name, "f32", shape));
      return g.graph("all", [{ name: "y", node: y }, ...gradients(loss, wrt, g).map((node, i) => ({ name: `d${i}`, node }))]);
    };
    const run = { values: valuesFor(graph, {}) };
    const found = runPasses(all(fused.outputs[0]!.node), (next, pass) => assertVerified(next, pass.name));
    for (const [name, expected] of evaluateGraph(all(graph.outputs[0]!.node), run)) {
      const value = evaluateGraph(found, run).get(name)!;
      expected.data.forEach((x, i) => expect(value.data[i], `${name} ${i}`).toBeCloseTo(x, 12));
    }
  });
});

describe("attention is left alone", () => {
  const plain = WRITTEN["as the library writes it"]!;
  test.each<[string, Write, readonly number[], (readonly number[])?]>([
    ["where channels do not come by fours", plain, [2, 5, 6]],
    ["where a head has more channels than lanes hold", plain, [2, 5, 132]],
    ["where keys are not as many as queries", plain, [2, 5, 8], [2, 7, 8]],
    ["where something else reads the weights", (g, q, k, v) => {
      const weights = softmax(g, g.matmul(q, g.swapLast(k)));
      return g.add(g.matmul(weights, v), g.matmul(weights, q));
    }, [2, 8, 8]],
    ["where the softmax is over queries", (g, q, k, v) => g.matmul(g.swapLast(softmax(g, g.matmul(q, g.swapLast(k)))), v), [2, 8, 8]],
    ["where scores are masked", (g, q, k, v) => {
      const scores = g.matmul(q, g.swapLast(k));
      return g.matmul(softmax(g, g.add(scores, g.input("mask", "f32", constantShape(scores.shape)!))), v);
    }, [2, 8, 8]],
  ])("%s", (_, write, shape, keys) => {
    const { g, graph } = graphOf(write, shape, keys);
    expect(opsOf(fuseAttention(graph, g))).toEqual(opsOf(graph));
  });
});

describe("a built model", () => {
  const text = `import { Attention } from "std/layers"
import { AdamW } from "std/optimizers"
model Mix {
  config tokens = 96
  input x: f32[2, tokens, 24]
  net mix = Attention(24, 3)
  train { minimize mean(square(mix(x))) }
  optimize mix with AdamW(lr: 1e-3)
}
`;
  const built = (options: Parameters<typeof compile>[2]) => {
    const { compiled, diagnostics } = compile("mix.jm", readerOf({ "mix.jm": text }), options);
    expect(diagnostics).toEqual([]);
    const { kernels, programs } = compiled!.plan;
    const { dispatches } = programs["step"]!;
    return { names: dispatches.map((d) => kernels[d.kernel]!.name), largest: Math.max(...dispatches.flatMap((d) => d.bindings.map((b) => b.size))) };
  };
  /** Bytes of the scores of all heads: what must not be in memory. */
  const scores = 4 * 2 * 3 * 96 * 96;
  const qkv = 4 * 2 * 96 * 3 * 24;

  test("keeps no tensor of all scores, and moves nothing to or from the projections", () => {
    const { names, largest } = built({ target: "gpu" });
    expect(names.filter((name) => name.includes("attention"))).toEqual(["attention", "attention_grad"]);
    expect(names.filter((name) => /transpose|concat|slice/.test(name))).toEqual([]);
    expect(largest).toBe(qkv);
  });

  test("keeps them for software, and where nothing is to be fused", () => {
    expect(built({ target: "software" }).largest).toBe(scores);
    expect(built({ fusion: "none" }).largest).toBe(scores);
  });
});
