import { zeros } from "../graph/ndarray.ts";
import type { Node } from "../graph/node.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { OpDef } from "./op.ts";
import { expectInputs } from "./kit/expect.ts";
import { expectHeads, Head, logSumExp, pairFlops } from "./kit/attention.ts";

/**
 * What models write as softmax(q @ transpose(k) * scale) @ v; passes/fuse-attention.ts finds it. Tokens stand before
 * heads, as they leave and enter the projections around attention.
 */
export const attention: OpDef = {
  name: "attention",
  doc: "softmax(`scale` · q kᵀ) v for each head: three f32[..S, N, H, K] -> f32[..S, N, H, K]. The compiler finds it; models write the softmax.",
  attrs: { scale: "number" },
  infer(inputs) {
    expectInputs(inputs, 3);
    return { dtype: "f32", shape: expectHeads(inputs) };
  },
  vjp(node, ct, g) {
    const [q, k, v] = node.inputs;
    const sums = g.node("attention_lse", [q!, k!], node.attrs);
    return thirds(g.node("attention_grad", [q!, k!, v!, node, sums, ct], node.attrs), g);
  },
  evaluate(node, [q, k, v], env) {
    const result = zeros("f32", env.shape(node));
    for (const head of Head.all(result.shape)) {
      for (let query = 0; query < head.tokens; query++) {
        const scores = head.scores(q!, k!, query, node.attrs);
        const sum = logSumExp(scores);
        const row = head.row(result, query);
        scores.forEach((score, key) => {
          head.row(v!, key).forEach((value, d) => (row[d]! += Math.exp(score - sum) * value));
        });
      }
    }
    return result;
  },
  flops: (node) => pairFlops(node.shape, 5, 4),
  lower: { kind: "kernel" },
};

/**
 * The three parts of f32[..S, N, 3, H, K], each f32[..S, N, H, K]: cut with the parts first and the heads before the
 * tokens, as models cut queries, keys and values, so that what was cut apart comes together without a copy.
 */
function thirds(stacked: Node, g: GraphBuilder): Node[] {
  const axes = stacked.shape.map((_, axis) => axis);
  const [tokens, part, heads, channels] = axes.slice(-4) as [number, number, number, number];
  const byPart = g.transpose(stacked, [part, ...axes.slice(0, -4), heads, tokens, channels]);
  return [0, 1, 2].map((i) => {
    const starts = byPart.shape.map((_, axis) => (axis === 0 ? i : 0));
    const cut = g.slice(byPart, starts, [1, ...byPart.shape.slice(1)]);
    const one = g.reshape(cut, byPart.shape.slice(1));
    return swapTokensAndHeads(one, g);
  });
}

/** [..S, N, H, K] as [..S, H, N, K], and back. */
export function swapTokensAndHeads(x: Node, g: GraphBuilder): Node {
  const axes = x.shape.map((_, axis) => axis);
  const [tokens, heads, channels] = axes.slice(-3) as [number, number, number];
  return g.transpose(x, [...axes.slice(0, -3), heads, tokens, channels]);
}
