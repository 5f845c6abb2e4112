import { intsOf, numberOf, sizesOf } from "../../graph/attrs.ts";
import type { Node } from "../../graph/node.ts";
import { sameShape } from "../../graph/type.ts";
import { Poly } from "../../size/poly.ts";
import type { Rule } from "./rule.ts";

/** Movement after movement is one movement, and some of it none. */
export const movementRules: readonly Rule[] = [
  {
    name: "what moves nothing = x",
    ops: ["reshape", "slice", "pad", "broadcast", "transpose"],
    apply(node) {
      const [x] = node.inputs;
      const still = node.op !== "transpose" || intsOf(node.attrs, "perm").every((axis, i) => axis === i);
      return still && sameShape(x!.shape, node.shape) ? x : undefined;
    },
  },
  {
    name: "transpose of axes of size 1 = reshape",
    ops: ["transpose"],
    apply(node, g) {
      const x = node.inputs[0]!;
      const long = intsOf(node.attrs, "perm").filter((axis) => x.shape[axis]!.constant !== 1);
      return long.every((axis, i) => i === 0 || axis > long[i - 1]!) ? g.reshape(x, node.shape) : undefined;
    },
  },
  {
    name: "broadcast along axes of size 1 = reshape",
    ops: ["broadcast"],
    apply(node, g) {
      const axes = intsOf(node.attrs, "axes");
      const real = node.shape.some((n, axis) => !axes.includes(axis) && n.constant !== 1);
      return real ? undefined : g.reshape(node.inputs[0]!, node.shape);
    },
  },
  {
    name: "reshape(reshape(x)) = reshape(x)",
    ops: ["reshape"],
    apply: ({ shape, inputs: [x] }, g) => (x!.op === "reshape" ? g.reshape(x!.inputs[0]!, shape) : undefined),
  },
  {
    name: "transpose(transpose(x)) = transpose(x)",
    ops: ["transpose"],
    apply(node, g) {
      const [x] = node.inputs;
      if (x!.op !== "transpose") return undefined;
      const inner = intsOf(x!.attrs, "perm");
      return g.transpose(x!.inputs[0]!, intsOf(node.attrs, "perm").map((axis) => inner[axis]!));
    },
  },
  {
    name: "broadcast(broadcast(x)) = broadcast(x)",
    ops: ["broadcast"],
    apply(node, g) {
      const [x] = node.inputs;
      if (x!.op !== "broadcast") return undefined;
      const outer = intsOf(node.attrs, "axes");
      return g.broadcast(x!.inputs[0]!, intsOf(x!.attrs, "axes").map((axis) => outer[axis]!), node.shape);
    },
  },
  {
    name: "slice(slice(x)) = slice(x)",
    ops: ["slice"],
    apply(node, g) {
      const [x] = node.inputs;
      if (x!.op !== "slice") return undefined;
      const inner = sizesOf(x!.attrs, "starts");
      return g.slice(x!.inputs[0]!, sizesOf(node.attrs, "starts").map((start, i) => start.add(inner[i]!)), node.shape);
    },
  },
  {
    name: "slice(pad(x)) = x, of what was padded",
    ops: ["slice"],
    apply(node) {
      const [padded] = node.inputs;
      const x = padded!.inputs[0];
      if (padded!.op !== "pad" || !sameShape(x!.shape, node.shape)) return undefined;
      return sameShape(sizesOf(padded!.attrs, "before"), sizesOf(node.attrs, "starts")) ? x : undefined;
    },
  },
  {
    name: "slice(concat(.., x, ..)) = x, of one part",
    ops: ["slice"],
    apply(node) {
      const [whole] = node.inputs;
      return whole!.op === "concat" ? partAt(whole!, sizesOf(node.attrs, "starts"), node) : undefined;
    },
  },
  {
    name: "concat(concat(a, b), c) = concat(a, b, c)",
    ops: ["concat"],
    apply(node, g) {
      const { axis } = node.attrs;
      const nested = (part: Node) => part.op === "concat" && part.attrs["axis"] === axis;
      if (!node.inputs.some(nested)) return undefined;
      return g.node("concat", node.inputs.flatMap((part) => (nested(part) ? part.inputs : [part])), node.attrs);
    },
  },
  {
    name: "concat(slices of x, from its start to its end) = x",
    ops: ["concat"],
    apply(node) {
      const [first] = node.inputs;
      const x = first!.op === "slice" ? first!.inputs[0]! : undefined;
      if (x === undefined || !sameShape(x.shape, node.shape)) return undefined;
      const axis = numberOf(node.attrs, "axis");
      let end = Poly.constant(0);
      for (const part of node.inputs) {
        if (part.op !== "slice" || part.inputs[0] !== x) return undefined;
        const starts = sizesOf(part.attrs, "starts");
        if (starts.some((start, i) => !start.equals(i === axis ? end : Poly.constant(0)))) return undefined;
        end = end.add(part.shape[axis]!);
      }
      return x;
    },
  },
];

function partAt(whole: Node, starts: readonly Poly[], wanted: Node): Node | undefined {
  const axis = whole.attrs["axis"] as number;
  if (starts.some((start, i) => i !== axis && start.constant !== 0)) return undefined;
  let rest = starts[axis]!;
  for (const part of whole.inputs) {
    if (rest.constant === 0 && sameShape(part.shape, wanted.shape)) return part;
    rest = rest.sub(part.shape[axis]!);
  }
  return undefined;
}
