import { count, zeros } from "../graph/ndarray.ts";
import { axisSize, expectDType, expectInputs } from "./kit/expect.ts";
import type { OpDef } from "./op.ts";

export const argsort: OpDef = {
  name: "argsort",
  doc: "The order that sorts the last axis, ascending; equal elements keep their order: f32[..S, N] -> i32[..S, N]",
  attrs: {},
  infer(inputs) {
    expectInputs(inputs, 1);
    const [x] = inputs;
    expectDType(x!, ["f32", "i32"]);
    axisSize(x!, x!.shape.length - 1);
    return { dtype: "i32", shape: x!.shape };
  },
  evaluate(node, [x], env) {
    const result = zeros("i32", env.shape(node));
    const n = result.shape.at(-1)!;
    for (let row = 0; row < count(result.shape.slice(0, -1)); row++) {
      const keys = x!.data.subarray(row * n, (row + 1) * n);
      // Array.prototype.sort is stable.
      result.data.set([...keys.keys()].sort((a, b) => keys[a]! - keys[b]!), row * n);
    }
    return result;
  },
  lower: { kind: "kernel" },
};
