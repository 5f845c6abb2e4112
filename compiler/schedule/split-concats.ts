import { numberOf } from "../graph/attrs.ts";
import type { Node } from "../graph/node.ts";
import type { Make, Rule } from "./rewrite.ts";

/** Puts tensors together a few at a time where a kernel cannot bind them all. */
export function splitConcats(maxBindings: number): Rule {
  const most = Math.max(2, maxBindings - 2);
  return (node, make) => (node.op === "concat" ? narrow(node, most, make) : node);
}

function narrow(node: Node, most: number, make: Make): Node {
  if (node.inputs.length <= most) return node;
  const axis = numberOf(node.attrs, "axis");
  const parts: Node[] = [];
  for (let first = 0; first < node.inputs.length; first += most) {
    const inputs = node.inputs.slice(first, first + most);
    const along = inputs.map((input) => input.shape[axis]!).reduce((a, b) => a.add(b));
    parts.push(inputs.length === 1 ? inputs[0]! : make({ ...node, inputs, shape: node.shape.with(axis, along) }));
  }
  return narrow(make({ ...node, inputs: parts }), most, make);
}
