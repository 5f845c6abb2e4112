import { intsOf } from "../../graph/attrs.ts";
import { forEachIndex, zeros, type NdArray } from "../../graph/ndarray.ts";
import type { Node, TensorType } from "../../graph/node.ts";
import { elements } from "../../graph/type.ts";
import type { EvalEnv, OpDef } from "../op.ts";
import { expectAxes, expectDType, expectInputs } from "./expect.ts";

/** What is the same for every operation that folds the axes `attrs.axes` away. */
export function reduction(combine: (a: number, b: number) => number, identity: (node: TensorType) => number) {
  return {
    attrs: { axes: "ints" },
    infer(inputs, attrs) {
      expectInputs(inputs, 1);
      const [x] = inputs;
      expectDType(x!, ["f32", "i32"]);
      const axes = intsOf(attrs, "axes");
      expectAxes(axes, x!.shape.length);
      return { dtype: x!.dtype, shape: x!.shape.filter((_, axis) => !axes.includes(axis)) };
    },
    evaluate: (node, [x], env) => fold(node, x!, env, combine, identity(node)),
    flops: (node) => elements(node.inputs[0]!.shape),
  } satisfies Partial<OpDef>;
}

function fold(node: Node, x: NdArray, env: EvalEnv, combine: (a: number, b: number) => number, identity: number): NdArray {
  const axes = intsOf(node.attrs, "axes");
  const result = zeros(node.dtype, env.shape(node));
  result.data.fill(identity);
  forEachIndex(x.shape, (index, from) => {
    let to = 0;
    for (let axis = 0; axis < index.length; axis++) {
      if (!axes.includes(axis)) to = to * x.shape[axis]! + index[axis]!;
    }
    result.data[to] = combine(result.data[to]!, x.data[from]!);
  });
  return result;
}

/** The axes of the input that remain, in order: where a cotangent of the result lies in the input. */
export function keptAxes(node: Node): number[] {
  const axes = intsOf(node.attrs, "axes");
  return node.inputs[0]!.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
}
