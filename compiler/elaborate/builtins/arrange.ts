import type { Node } from "../../graph/node.ts";
import { Poly } from "../../size/poly.ts";
import { show } from "../interpreter.ts";
import { asSize, asSizes, asStatic, asStaticInts, asTensor } from "../want.ts";
import { tensor } from "../value.ts";
import type { Arguments, Builtin } from "./arguments.ts";

function axisOf(args: Arguments, x: Node, position: number): number {
  const axis = asStatic(args.it, args.get(position, "axis"), args.span(position, "axis"), "an axis");
  return axis < 0 ? axis + x.shape.length : axis;
}

/** `transpose(x)` swaps the last two axes; `transpose(x, [perm])` puts axis perm[i] at i. */
const transpose: Builtin = (args) => {
  const x = asTensor(args.it, args.get(0), args.span(0));
  const given = args.maybe(1);
  const rank = x.shape.length;
  const perm =
    given === undefined
      ? x.shape.map((_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i))
      : asStaticInts(args.it, given, args.span(1), "a permutation");
  return tensor(args.it.at(args.call.span).transpose(x, perm));
};

const reshape: Builtin = (args) => {
  const x = asTensor(args.it, args.get(0), args.span(0));
  const shape = asSizes(args.it, args.get(1, "shape"), args.span(1, "shape"));
  const count = (sizes: readonly Poly[]): Poly => sizes.reduce((a, b) => a.mul(b), Poly.constant(1));
  const [before, after] = [count(x.shape), count(shape)];
  const wrong = shape.find((size) => args.it.range(size).min < 1);
  if (wrong !== undefined) args.it.fail("JM0510", { name: "an axis of this reshape", size: show(wrong) }, args.span(1, "shape"));
  if (!before.equals(after)) {
    args.it.fail("JM0512", { message: `a reshape keeps the number of elements, but ${show(before)} would become ${show(after)}` }, args.call.span, `[${x.shape.map(show).join(", ")}] to [${shape.map(show).join(", ")}]`);
  }
  return tensor(args.it.at(args.call.span).reshape(x, shape));
};

const concat: Builtin = (args) => {
  const list = args.get(0);
  if (list.kind !== "list") throw new Error("a concat of no list passed the checker");
  const parts = list.items.map((item) => asTensor(args.it, item, args.span(0)));
  const [first] = parts;
  if (first === undefined) throw new Error("a concat of nothing passed the checker");
  const axis = axisOf(args, first, 1);
  for (const part of parts) {
    part.shape.forEach((size, i) => {
      const wanted = first.shape[i];
      if (i !== axis && wanted !== undefined && !wanted.equals(size)) {
        args.it.fail("JM0509", { what: `axis ${i} of a part`, expected: show(wanted), found: show(size) }, args.call.span);
      }
    });
  }
  return tensor(args.it.at(args.call.span).concat(parts, axis));
};

const pad: Builtin = (args) => {
  const x = asTensor(args.it, args.get(0), args.span(0));
  const axis = axisOf(args, x, 1);
  const amount = (name: string): Poly => {
    const value = args.maybe(-1, name);
    return value === undefined ? Poly.constant(0) : asSize(args.it, value, args.span(-1, name));
  };
  const [before, after] = [amount("before"), amount("after")];
  for (const side of [before, after]) {
    const { min } = args.it.range(side);
    if (min < 0) args.it.fail("JM0512", { message: `a pad cannot be negative, but it is ${min}` }, args.call.span);
  }
  const fill = args.maybe(-1, "value");
  const value = fill === undefined ? 0 : asStatic(args.it, fill, args.span(-1, "value"), "the value of a pad");
  const starts = x.shape.map((_, i) => (i === axis ? before : Poly.constant(0)));
  const shape = x.shape.map((size, i) => (i === axis ? size.add(before).add(after) : size));
  return tensor(args.it.at(args.call.span).pad(x, starts, shape, value));
};

/** Overlapping windows of the last axis. */
const window: Builtin = (args) => {
  const x = asTensor(args.it, args.get(0), args.span(0));
  const size = asStatic(args.it, args.get(1, "size"), args.span(1, "size"), "the size of a window");
  const step = asStatic(args.it, args.get(2, "step"), args.span(2, "step"), "the step of a window");
  const length = x.shape.at(-1)?.constant;
  if (length === undefined || size < 1 || step < 1 || size > length) {
    return args.it.fail("JM0512", { message: `windows of ${size} every ${step} do not fit an axis of ${x.shape.at(-1)?.toString() ?? "no size"}` }, args.call.span);
  }
  const cuts = Poly.constant(Math.floor((length - size) / step) + 1);
  return tensor(args.it.at(args.call.span).window(x, { size, step }, [...x.shape.slice(0, -1), cuts, Poly.constant(size)]));
};

export const arrange: Readonly<Record<string, Builtin>> = { transpose, reshape, concat, pad, window };
