import { numberOf, sizesOf } from "../../graph/attrs.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import type { Node } from "../../graph/node.ts";
import type { Rule } from "./rule.ts";

/**
 * Neighbouring parts, each padded with 0 to the whole and added, are a concatenation. This is how the gradients of
 * slices (queries, keys, values) come together again.
 */
export const disjointPads: Rule = {
  name: "pad(a) + pad(b) = pad(concat(a, b)), of neighbours",
  ops: ["add"],
  apply(node, g) {
    const [a, b] = node.inputs;
    if (!isZeroPad(a!) || !isZeroPad(b!)) return undefined;
    return join(a!, b!, g) ?? join(b!, a!, g);
  },
};

function isZeroPad(node: Node): boolean {
  return node.op === "pad" && numberOf(node.attrs, "value") === 0;
}

/** `first` then `second` along the one axis in which they lie apart. */
function join(first: Node, second: Node, g: GraphBuilder): Node | undefined {
  const [a, b] = [first.inputs[0]!, second.inputs[0]!];
  const [startA, startB] = [sizesOf(first.attrs, "before"), sizesOf(second.attrs, "before")];
  const apart = a.shape.map((_, axis) => axis).filter((axis) => !startA[axis]!.equals(startB[axis]!));
  const [axis] = apart;
  if (axis === undefined || apart.length > 1) return undefined;
  const aligned = a.shape.every((n, other) => other === axis || n.equals(b.shape[other]!));
  if (!aligned || !startA[axis]!.add(a.shape[axis]!).equals(startB[axis]!)) return undefined;
  return g.pad(g.concat([a, b], axis), startA, first.shape, 0);
}
