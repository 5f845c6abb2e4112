import { zeros } from "../graph/ndarray.ts";
import { Poly } from "../size/poly.ts";
import type { OpDef } from "./op.ts";
import { expectInputs } from "./kit/expect.ts";
import { expectHeads, Head, logSumExp, queryShape } from "./kit/attention.ts";

export const attentionLse: OpDef = {
  name: "attention_lse",
  doc: "log Σ exp of each query's scores, `scale` · q kᵀ: two f32[..S, N, H, K] -> f32[..S, H, N]. What the derivative of attention needs to know of its softmax.",
  attrs: { scale: "number" },
  infer(inputs) {
    expectInputs(inputs, 2);
    return { dtype: "f32", shape: queryShape(expectHeads(inputs)) };
  },
  evaluate(node, [q, k], env) {
    const result = zeros("f32", env.shape(node));
    for (const head of Head.all(q!.shape)) {
      for (let query = 0; query < head.tokens; query++) {
        result.data[head.queries + query] = logSumExp(head.scores(q!, k!, query, node.attrs));
      }
    }
    return result;
  },
  // The kernel of the attention computes it on its way.
  flops: () => Poly.constant(0),
  lower: { kind: "kernel" },
};
