import { numberOf } from "../graph/attrs.ts";
import { zeros } from "../graph/ndarray.ts";
import { Poly } from "../size/poly.ts";
import type { OpDef } from "./op.ts";
import { dot, expectHeads, Head, pairFlops, queryShape } from "./kit/attention.ts";
import { expectDType, expectInputs, expectShape } from "./kit/expect.ts";

/** As in FlashAttention-2 (Dao, 2023), algorithm 2: nothing of the size of all scores is kept, they are computed anew. */
export const attentionGrad: OpDef = {
  name: "attention_grad",
  doc: "The derivatives of attention by q, k and v, stacked: (q, k, v, its result and the result's cotangent, each f32[..S, N, H, K], with `attention_lse` before the last) -> f32[..S, N, 3, H, K]",
  attrs: { scale: "number" },
  infer(inputs) {
    expectInputs(inputs, 6);
    const [q, k, v, result, sums, ct] = inputs;
    const shape = expectHeads([q!, k!, v!, result!, ct!]);
    expectDType(sums!, ["f32"]);
    expectShape(sums!.shape, queryShape(shape), "log-sums of shape");
    return { dtype: "f32", shape: [...shape.slice(0, -2), Poly.constant(3), ...shape.slice(-2)] };
  },
  evaluate(node, [q, k, v, result, sums, ct], env) {
    const scale = numberOf(node.attrs, "scale");
    const stacked = zeros("f32", env.shape(node));
    for (const head of Head.all(q!.shape)) {
      for (let query = 0; query < head.tokens; query++) {
        const slope = head.row(ct!, query);
        const mean = dot(slope, head.row(result!, query));
        const dq = head.row(stacked, query, 0, 3);
        head.scores(q!, k!, query, node.attrs).forEach((score, key) => {
          const weight = Math.exp(score - sums!.data[head.queries + query]!);
          const ds = scale * weight * (dot(slope, head.row(v!, key)) - mean);
          const [dk, dv] = [head.row(stacked, key, 1, 3), head.row(stacked, key, 2, 3)];
          head.row(k!, key).forEach((value, d) => (dq[d]! += ds * value));
          head.row(q!, query).forEach((value, d) => (dk[d]! += ds * value));
          slope.forEach((value, d) => (dv[d]! += weight * value));
        });
      }
    }
    return stacked;
  },
  flops: (node) => pairFlops(node.inputs[0]!.shape, 6, 10),
  lower: { kind: "kernel" },
};
