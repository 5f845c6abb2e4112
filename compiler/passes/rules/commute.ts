import { intsOf } from "../../graph/attrs.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import type { Node } from "../../graph/node.ts";
import { sameShape, type Shape } from "../../graph/type.ts";
import { OP_GROUPS } from "../../ops/table.ts";
import type { Rule } from "./rule.ts";

const ELEMENTWISE = OP_GROUPS.flatMap((group) => group.ops)
  .filter((op) => op.lower.kind === "elementwise")
  .map((op) => op.name);

/** Arithmetic before repetition: it is done once for each element that differs. */
export const arithmeticBeforeBroadcast: Rule = {
  name: "f(broadcast(a), broadcast(b)) = broadcast(f(a, b))",
  ops: ELEMENTWISE,
  apply(node, g) {
    const view = node.inputs.find((input) => input.op === "broadcast" && !isUniform(input)) ?? node.inputs.find(isUniform);
    if (view?.op !== "broadcast") return undefined;
    const axes = intsOf(view.attrs, "axes");
    const same = (input: Node) => input.op === "broadcast" && intsOf(input.attrs, "axes").join() === axes.join();
    const inner = withInputs(node, view.inputs[0]!.shape, same, g);
    return inner && g.broadcast(inner, axes, node.shape);
  },
};

/** Reshapes move towards the results, where they meet and cancel: what `keep: true` adds, broadcasting takes away. */
export const arithmeticBeforeReshape: Rule = {
  name: "f(reshape(a), reshape(b)) = reshape(f(a, b))",
  ops: ELEMENTWISE,
  apply(node, g) {
    const view = node.inputs.find((input) => input.op === "reshape");
    if (view === undefined) return undefined;
    const inner = withInputs(node, view.inputs[0]!.shape, (input) => input.op === "reshape", g);
    return inner && g.reshape(inner, node.shape);
  },
};

/** The same operation on what its inputs are views of, if all are views of tensors of that shape (or one number). */
function withInputs(node: Node, shape: Shape, isView: (input: Node) => boolean, g: GraphBuilder): Node | undefined {
  const inputs: Node[] = [];
  for (const input of node.inputs) {
    if (isView(input) && sameShape(input.inputs[0]!.shape, shape)) inputs.push(input.inputs[0]!);
    else if (input.op === "constant") inputs.push(g.node("constant", [], input.attrs, { dtype: input.dtype, shape }));
    else if (isUniform(input)) inputs.push(g.broadcast(input.inputs[0]!, [], shape));
    else return undefined;
  }
  return g.node(node.op, inputs, node.attrs);
}

/** One number everywhere. */
function isUniform(node: Node): boolean {
  return node.op === "broadcast" && node.inputs[0]!.shape.length === 0;
}
