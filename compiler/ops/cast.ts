import type { DType } from "@jepac/runtime/plan";
import { textOf } from "../graph/attrs.ts";
import { zeros } from "../graph/ndarray.ts";
import { OpError, type OpDef } from "./op.ts";
import { stored } from "./kit/elementwise.ts";
import { expectInputs } from "./kit/expect.ts";

const DTYPES: readonly string[] = ["f32", "i32", "bool"] satisfies DType[];

/** f32 to i32 drops the fraction; anything to bool asks whether it is not 0. */
export const cast: OpDef = {
  name: "cast",
  doc: "x as dtype `to`: i32 drops the fraction, bool is x ≠ 0, true is 1.",
  attrs: { to: "text" },
  infer(inputs, attrs) {
    expectInputs(inputs, 1);
    const to = textOf(attrs, "to");
    if (!DTYPES.includes(to)) throw new OpError(DTYPES.join(" or "), to);
    return { dtype: to as DType, shape: inputs[0]!.shape };
  },
  vjp: (node, ct) => [node.inputs[0]!.dtype === "f32" && node.dtype === "f32" ? ct : null],
  evaluate(node, [x], env) {
    const result = zeros(node.dtype, env.shape(node));
    const convert = { f32: (a: number) => a, i32: Math.trunc, bool: (a: number) => Number(a !== 0) }[node.dtype];
    x!.data.forEach((a, i) => (result.data[i] = stored(convert(a), node)));
    return result;
  },
  lower: { kind: "elementwise", wgsl: ([a], node) => `${node.dtype}(${a})` },
};
