import { intsOf } from "../../graph/attrs.ts";
import type { Node } from "../../graph/node.ts";
import { elements } from "../../graph/type.ts";
import { constantValue, type Rule } from "./rule.ts";

/** Reductions that need not be done, or not twice; and transposed products. */
export const reductionRules: readonly Rule[] = [
  {
    name: "sum over axes of size 1 = reshape",
    ops: ["sum", "amax"],
    apply(node, g) {
      const [x] = node.inputs;
      const single = intsOf(node.attrs, "axes").every((axis) => x!.shape[axis]!.constant === 1);
      return single ? g.reshape(x!, node.shape) : undefined;
    },
  },
  {
    name: "sum(sum(x)) = sum(x)",
    ops: ["sum", "amax"],
    apply(node, g) {
      const [x] = node.inputs;
      if (x!.op !== node.op) return undefined;
      const inner = intsOf(x!.attrs, "axes");
      const kept = x!.inputs[0]!.shape.map((_, axis) => axis).filter((axis) => !inner.includes(axis));
      const outer = intsOf(node.attrs, "axes").map((axis) => kept[axis]!);
      return g.node(node.op, [x!.inputs[0]!], { axes: [...inner, ...outer].sort((a, b) => a - b) });
    },
  },
  {
    name: "sum of a constant = constant · count",
    ops: ["sum"],
    apply(node, g) {
      const value = constantValue(node.inputs[0]!);
      const terms = elements(intsOf(node.attrs, "axes").map((axis) => node.inputs[0]!.shape[axis]!)).constant;
      return value === undefined || terms === undefined ? undefined : g.fill(value * terms, node);
    },
  },
  {
    name: "sum(x · c) = sum(x) · c, sum(-x) = -sum(x)",
    ops: ["sum"],
    apply(node, g) {
      const [x] = node.inputs;
      const inner = () => g.node("sum", [x!.inputs[0]!], node.attrs);
      if (x!.op === "neg") return g.neg(inner());
      const c = x!.op === "mul" ? constantValue(x!.inputs[1]!) : undefined;
      return c === undefined ? undefined : g.mul(inner(), g.fill(c, node));
    },
  },
  {
    name: "sum over broadcast axes = x · count",
    ops: ["sum"],
    apply(node, g) {
      const split = splitBroadcast(node);
      if (split === undefined) return undefined;
      const rest = g.sum(split.x, split.inner);
      const many = elements(split.repeated.map((axis) => node.inputs[0]!.shape[axis]!));
      const times = g.broadcast(g.extent(many, node.dtype === "i32" ? "i32" : "f32"), [], rest.shape);
      return g.broadcast(g.mul(rest, times), split.outer, node.shape);
    },
  },
  {
    name: "max over broadcast axes = x",
    ops: ["amax"],
    apply(node, g) {
      const split = splitBroadcast(node);
      return split && g.broadcast(g.amax(split.x, split.inner), split.outer, node.shape);
    },
  },
  {
    name: "(a @ b)ᵀ = bᵀ @ aᵀ, where one is transposed already",
    ops: ["transpose"],
    apply(node, g) {
      const [product] = node.inputs;
      if (product!.op !== "matmul" || !swapsLast(node)) return undefined;
      const [a, b] = product!.inputs;
      if (a!.shape.length !== b!.shape.length || !(swapsLast(a!) || swapsLast(b!))) return undefined;
      return g.matmul(g.swapLast(b!), g.swapLast(a!));
    },
  },
];

/** A reduction of a broadcast tensor, some of whose axes are mere repetition. */
function splitBroadcast(node: Node) {
  const [view] = node.inputs;
  if (view!.op !== "broadcast") return undefined;
  const placed = intsOf(view!.attrs, "axes");
  const axes = intsOf(node.attrs, "axes");
  const repeated = axes.filter((axis) => !placed.includes(axis));
  if (repeated.length === 0) return undefined;
  const kept = view!.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return {
    x: view!.inputs[0]!,
    repeated,
    /** The axes of x to be reduced in earnest. */
    inner: placed.flatMap((axis, i) => (axes.includes(axis) ? [i] : [])),
    /** Where the axes of x that remain lie in the result. */
    outer: placed.filter((axis) => !axes.includes(axis)).map((axis) => kept.indexOf(axis)),
  };
}

function swapsLast(node: Node): boolean {
  if (node.op !== "transpose") return false;
  const perm = intsOf(node.attrs, "perm");
  const n = perm.length;
  return perm.every((axis, i) => axis === (i < n - 2 ? i : 2 * n - 3 - i));
}
