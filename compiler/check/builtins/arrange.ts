import { Poly } from "../../size/poly.ts";
import { sourceText } from "../context.ts";
import { sameDim } from "../fits.ts";
import { int, isPack, tensor, unknown, type Dim, type Tensor, type Type } from "../types.ts";
import { asSize, shapeOf } from "../typeexpr.ts";
import { argument, axisNumbers, axisPosition, refuse, scalarArgument, slots, tensorArgument, type Builtin, type BuiltinCall } from "./builtin.ts";
import { opaqueInt } from "../static.ts";

const any = ["f32", "i32", "bool"] as const;

/** Swaps the last two axes, or puts axis perm[i] at place i. */
function checkTranspose(call: BuiltinCall): Type {
  const x = tensorArgument(call, "x", any);
  if (x === undefined) return unknown;
  const given = call.given.get("order");
  const shown = { span: argument(call, "x").span, text: call.cx.show(x) };
  if (given === undefined) {
    const [a, b] = [x.axes.at(-2), x.axes.at(-1)];
    if (a === undefined || b === undefined || isPack(a) || isPack(b)) return call.cx.error("JM0228", { why: "there are not two last axes to swap" }, [shown]);
    return tensor(x.dtype, [...x.axes.slice(0, -2), b, a]);
  }
  const order = axisNumbers(call, given);
  if (order === undefined) return unknown;
  const rank = x.axes.length;
  const isPermutation = order.length === rank && new Set(order).size === rank && order.every((i) => i >= 0 && i < rank);
  if (!isPermutation || x.axes.some(isPack)) {
    return call.cx.error("JM0228", { why: `an order of ${rank} axes names each of 0 to ${rank - 1} once` }, [{ span: given.span, text: "not such an order" }, shown]);
  }
  return tensor(x.dtype, order.map((i) => x.axes[i]!));
}

function product(axes: readonly Dim[]): Poly {
  return axes.reduce<Poly>((p, d) => (isPack(d) ? p : p.mul(d)), Poly.constant(1));
}

function checkReshape(call: BuiltinCall): Type {
  const x = tensorArgument(call, "x", any);
  const given = argument(call, "shape");
  const shape = shapeOf(call.cx, given.type, given.value);
  if (x === undefined || shape === undefined) return unknown;
  const packs = (axes: readonly Dim[]) => axes.filter(isPack).map((p) => p.pack).join();
  const [before, after] = [product(x.axes), product(shape)];
  if (packs(x.axes) !== packs(shape) || !call.cx.facts.equal(before, after)) {
    return call.cx.error("JM0229", { before: call.cx.show(x), after: `[${shape.map((d) => call.cx.showSize(d)).join(", ")}]` }, [
      { span: given.span, text: `${call.cx.showSize(after)} elements` },
      { span: argument(call, "x").span, text: `${call.cx.show(x)}, ${call.cx.showSize(before)} elements` },
    ]);
  }
  return tensor(x.dtype, shape);
}

function checkConcat(call: BuiltinCall): Type {
  const { cx } = call;
  const parts = argument(call, "parts");
  const { type } = parts;
  if (type.kind !== "list" || type.items.length === 0) return refuse(call, parts, "parts", "a list of tensors, like `[a, b]`");
  const spanOf = (i: number) => (parts.value.kind === "list" ? (parts.value.items[i]?.span ?? parts.span) : parts.span);
  const odd = type.items.findIndex((t) => t.kind !== "tensor");
  if (odd >= 0) return cx.error("JM0320", { what: "a part of concat", expected: "a tensor", found: cx.show(type.items[odd]!) }, [{ span: spanOf(odd), text: cx.show(type.items[odd]!) }]);
  const tensors = type.items as readonly Tensor[];
  const first = tensors[0]!;
  const axis = argument(call, "axis");
  const [number, ...more] = axisNumbers(call, axis) ?? [];
  if (number === undefined || more.length > 0) return unknown;
  const at = axisPosition(call, number, first, axis);
  if (at === undefined) return unknown;
  for (const [i, t] of tensors.entries()) {
    const sameRank = t.axes.length === first.axes.length;
    const differs = sameRank ? t.axes.findIndex((d, k) => (k === at ? isPack(d) : !sameDim(cx.facts, d, first.axes[k]!))) : -1;
    if (t.dtype === first.dtype && sameRank && differs < 0) continue;
    const rough = t.dtype !== first.dtype ? "the element types differ" : "the numbers of axes differ";
    const notes = differs < 0 ? [rough] : [`axis ${differs} is ${cx.showSize(t.axes[differs]!)} in one and ${cx.showSize(first.axes[differs]!)} in the other; only axis ${at} may differ`];
    return cx.error("JM0230", {}, [{ span: spanOf(i), text: cx.show(t) }, { span: spanOf(0), text: cx.show(first) }], { notes });
  }
  const lengths = tensors.map((t) => t.axes[at] as Poly);
  const total = type.repeated ? opaqueInt(cx, `total(${sourceText(parts.value)})`, []).size : lengths.reduce((sum, d) => sum.add(d));
  return tensor(first.dtype, first.axes.map((d, k) => (k === at ? total : d)));
}

function checkPad(call: BuiltinCall): Type {
  const { cx } = call;
  const x = tensorArgument(call, "x", ["f32"]);
  if (x === undefined) return unknown;
  const axis = argument(call, "axis");
  const [number] = axisNumbers(call, axis) ?? [];
  if (number === undefined) return unknown;
  const at = axisPosition(call, number, x, axis);
  if (at === undefined) return unknown;
  let size = x.axes[at] as Poly;
  for (const side of ["before", "after"]) {
    const given = call.given.get(side);
    if (given === undefined) continue;
    const more = asSize(cx, given.type, given.value, "as a number of elements");
    if (more === undefined) return unknown;
    size = size.add(more);
  }
  const value = call.given.get("value");
  if (value !== undefined) {
    const fill = scalarArgument(call, "value", ["int", "real"]);
    if (fill === undefined || !cx.require(fill, "static", value.span, "as the value of a pad")) return unknown;
  }
  return tensor(x.dtype, x.axes.map((d, i) => (i === at ? size : d)));
}

/** [.., L] → [.., idiv(L - size, step) + 1, size] */
function checkWindow(call: BuiltinCall): Type {
  const { cx } = call;
  const x = tensorArgument(call, "x", ["f32"]);
  if (x === undefined) return unknown;
  const length = x.axes.at(-1);
  if (length === undefined || isPack(length)) return cx.error("JM0218", {}, [{ span: argument(call, "x").span, text: cx.show(x) }]);
  const [size, step] = ["size", "step"].map((name) => {
    const given = argument(call, name);
    return asSize(cx, given.type, given.value, `as the ${name} of a window`);
  });
  if (size === undefined || step === undefined) return unknown;
  const span = length.sub(size);
  const exact = cx.facts.quotient(span, step);
  const [n, by] = [cx.facts.normal(span).constant, cx.facts.normal(step).constant];
  if ((n !== undefined && n < 0) || by === 0) {
    return cx.error("JM0216", { what: `window of ${cx.showSize(size)} every ${cx.showSize(step)}`, size: cx.showSize(length) }, [{ span: call.span, text: "does not fit" }]);
  }
  const text = `idiv(${cx.facts.show(span)}, ${cx.facts.show(step)})`;
  const count = exact ?? opaqueInt(cx, text, [int(span), int(step)], n === undefined || by === undefined ? undefined : Math.floor(n / by)).size;
  return tensor(x.dtype, [...x.axes.slice(0, -1), count.add(Poly.constant(1)), size]);
}

export const arrangeBuiltins: readonly Builtin[] = [
  { name: "transpose", doc: "transpose(x): the last two axes swapped; transpose(x, [2, 0, 1]): axis order[i] at place i", params: slots("x order?"), check: checkTranspose },
  { name: "reshape", doc: "reshape(x, [sizes]): the same elements in another shape", params: slots("x shape="), check: checkReshape },
  { name: "concat", doc: "concat([a, b], axis: 0): tensors one after another along an axis", params: slots("parts axis="), check: checkConcat },
  { name: "pad", doc: "pad(x, axis: 1, before: 0, after: n, value: 0.0): more elements at the ends of an axis", params: slots("x axis= before:? after:? value:?"), check: checkPad },
  { name: "window", doc: "window(x, size: n, step: h): overlapping windows of the last axis, f32[.., L] → f32[.., idiv(L - n, h) + 1, n]", params: slots("x size= step="), check: checkWindow },
];
