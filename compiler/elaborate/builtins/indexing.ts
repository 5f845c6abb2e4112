import type { Poly } from "../../size/poly.ts";
import { asSize, asTensor } from "../want.ts";
import { tensor } from "../value.ts";
import type { Builtin } from "./arguments.ts";

/**
 * `gather(x, at)`: the leading axes of `at` but its last are shared with x when x has more axes than `at`;
 * otherwise x is a table looked up by every index.
 */
const gather: Builtin = (args) => {
  const x = asTensor(args.it, args.get(0), args.span(0));
  const at = asTensor(args.it, args.get(1), args.span(1), "i32");
  const batch = x.shape.length > at.shape.length ? at.shape.length - 1 : 0;
  return tensor(args.it.at(args.call.span).gather(x, at, batch));
};

/** `scatter_add(at, updates, size: n)`: adds updates[.., i, ..] to row at[.., i] of a zero tensor. */
const scatterAdd: Builtin = (args) => {
  const at = asTensor(args.it, args.get(0), args.span(0), "i32");
  const updates = asTensor(args.it, args.get(1), args.span(1));
  const size = asSize(args.it, args.get(2, "size"), args.span(2, "size"));
  const batch = at.shape.length - 1;
  const shape = [...updates.shape.slice(0, batch), size, ...updates.shape.slice(batch + 1)];
  return tensor(args.it.at(args.call.span).scatterAdd(at, updates, batch, shape));
};

const oneHot: Builtin = (args) => {
  const at = asTensor(args.it, args.get(0), args.span(0), "i32");
  const n = asSize(args.it, args.get(1), args.span(1));
  const g = args.it.at(args.call.span);
  const shape = [...at.shape, n];
  const classes = g.iota(shape, at.shape.length);
  return tensor(g.cast(g.eq(g.broadcast(at, at.shape.map((_, i) => i), shape), classes), "f32"));
};

export const indexing: Readonly<Record<string, Builtin>> = {
  gather,
  scatter_add: scatterAdd,
  one_hot: oneHot,
  iota: (args) => tensor(args.it.at(args.call.span).iota([asSize(args.it, args.get(0), args.span(0))], 0)),
  argsort: (args) => tensor(args.it.at(args.call.span).argsort(asTensor(args.it, args.get(0), args.span(0)))),
  /** A scalar of the host: `random()`; a tensor of fresh numbers: `uniform([B, T])`. */
  uniform: (args) => {
    const list = args.get(0);
    const shape = list.kind === "list" ? list.items.map((item) => asSize(args.it, item, args.span(0))) : [asSize(args.it, list, args.span(0))];
    for (const size of shape) {
      if (args.it.range(size).min < 1) args.it.fail("JM0510", { name: "an axis of `uniform`", size: size.toString() }, args.span(0));
    }
    return tensor(args.it.at(args.call.span).uniform(shape.map((s): Poly => s), args.it.nextSite()));
  },
};
