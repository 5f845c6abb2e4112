import { Poly } from "../../size/poly.ts";
import type { Node } from "../../graph/node.ts";
import { asScalar, asStaticInts, asTensor } from "../want.ts";
import { tensor, type Value } from "../value.ts";
import type { Arguments, Builtin } from "./arguments.ts";

/** The operand, its axes to fold (all when not named), and whether they stay as axes of size 1. */
function readArguments(args: Arguments): { x: Node; axes: number[]; keep: boolean } {
  const x = asTensor(args.it, args.get(0), args.span(0));
  const named = args.maybe(-1, "axis");
  const axes =
    named === undefined
      ? x.shape.map((_, i) => i)
      : asStaticInts(args.it, named, args.span(-1, "axis"), "an axis").map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  const keep = args.maybe(-1, "keep");
  return { x, axes: [...axes].sort((a, b) => a - b), keep: keep !== undefined && asScalar(args.it, keep, args.call.span).host !== 0 };
}

function finish(args: Arguments, folded: Node, x: Node, axes: readonly number[], keep: boolean): Value {
  if (!keep) return tensor(folded);
  return tensor(args.it.g.reshape(folded, x.shape.map((size, i) => (axes.includes(i) ? Poly.constant(1) : size))));
}

/** max or min along axes. */
export function extremum(op: "min" | "max", args: Arguments): Value {
  const { x, axes, keep } = readArguments(args);
  const g = args.it.at(args.call.span);
  const folded = op === "max" ? g.amax(x, axes) : g.neg(g.amax(g.neg(x), axes));
  return finish(args, folded, x, axes, keep);
}

export const reduce: Readonly<Record<string, Builtin>> = {
  sum: (args) => {
    const { x, axes, keep } = readArguments(args);
    return finish(args, args.it.at(args.call.span).sum(x, axes), x, axes, keep);
  },
  mean: (args) => {
    const { x, axes, keep } = readArguments(args);
    return finish(args, args.it.at(args.call.span).mean(x, axes), x, axes, keep);
  },
};
