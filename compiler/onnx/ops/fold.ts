import { intsOf } from "../../graph/attrs.ts";
import type { LowerOp } from "../lowering.ts";
import { ELEMENT } from "../schema.ts";

/** Reductions, products and sorting. */
export const fold: Readonly<Record<string, LowerOp>> = {
  sum: reduction("ReduceSum"),
  amax: reduction("ReduceMax"),
  matmul: (node, to) => ({ name: to.writer.op("MatMul", node.inputs.map((input) => to.full(input))), shape: node.shape }),
  argsort(node, to) {
    // The smallest of all elements; among equal ones, TopK takes the lower index first.
    const all = to.sizes.vector([node.shape.at(-1)!]);
    const order = to.writer.second("TopK", [to.full(node.inputs[0]!), all], { axis: -1, largest: 0, sorted: 1 });
    return { name: to.writer.op("Cast", [order], { to: ELEMENT.i32 }), shape: node.shape };
  },
};

function reduction(type: string): LowerOp {
  return (node, to) => {
    const axes = intsOf(node.attrs, "axes");
    const x = to.full(node.inputs[0]!);
    return { name: axes.length === 0 ? x : to.writer.op(type, [x, to.writer.ints(axes)], { keepdims: 0 }), shape: node.shape };
  };
}
