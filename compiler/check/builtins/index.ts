import type { Poly } from "../../size/poly.ts";
import { sameDim } from "../fits.ts";
import { asSize } from "../typeexpr.ts";
import { isPack, tensor, unknown, type Tensor, type Type } from "../types.ts";
import { argument, slots, tensorArgument, type Builtin, type BuiltinCall } from "./builtin.ts";

const any = ["f32", "i32", "bool"] as const;

/** Ranks must be known where it depends on them which axes are shared. */
function known(call: BuiltinCall, name: string, x: Tensor): boolean {
  if (!x.axes.some(isPack)) return true;
  call.cx.error("JM0219", { op: call.name }, [{ span: argument(call, name).span, text: call.cx.show(x) }], { help: ["name all axes in the parameter's type: `x: f32[B, N, D]`"] });
  return false;
}

function shared(call: BuiltinCall, names: readonly [string, string], a: Tensor, b: Tensor, count: number): boolean {
  const { cx } = call;
  for (let i = 0; i < count; i++) {
    const [x, y] = [a.axes[i], b.axes[i]];
    if (x !== undefined && y !== undefined && sameDim(cx.facts, x, y)) continue;
    cx.error("JM0231", { op: call.name, axis: i }, [
      { span: argument(call, names[0]).span, text: cx.show(a) },
      { span: argument(call, names[1]).span, text: cx.show(b) },
    ], { notes: x === undefined || y === undefined ? [] : [`axis ${i} is ${cx.showSize(x)} in one and ${cx.showSize(y)} in the other`] });
    return false;
  }
  return true;
}

/** x f32[P.., T, Q..], at i32[P.., V] → f32[P.., V, Q..]; a table f32[T, Q..] is looked up by every index. */
function checkGather(call: BuiltinCall): Type {
  const x = tensorArgument(call, "x", any);
  const at = tensorArgument(call, "at", ["i32"]);
  if (x === undefined || at === undefined || !known(call, "x", x)) return unknown;
  if (x.axes.length > 2 && !known(call, "at", at)) return unknown;
  const batch = x.axes.length > at.axes.length && at.axes.length > 0 ? at.axes.length - 1 : 0;
  if (x.axes.length === 0) return call.cx.error("JM0217", { axis: 0, axes: 0 }, [{ span: argument(call, "x").span, text: call.cx.show(x) }]);
  if (!shared(call, ["x", "at"], x, at, batch)) return unknown;
  return tensor(x.dtype, [...at.axes, ...x.axes.slice(batch + 1)]);
}

/** at i32[P.., V], updates f32[P.., V, Q..] → f32[P.., size, Q..] */
function checkScatterAdd(call: BuiltinCall): Type {
  const at = tensorArgument(call, "at", ["i32"]);
  const updates = tensorArgument(call, "updates", ["f32"]);
  const given = argument(call, "size");
  const size = asSize(call.cx, given.type, given.value, "as a size");
  if (at === undefined || updates === undefined || size === undefined) return unknown;
  if (!known(call, "at", at) || !known(call, "updates", updates)) return unknown;
  const rank = at.axes.length;
  if (!shared(call, ["at", "updates"], at, updates, rank)) return unknown;
  if (rank === 0) return call.cx.error("JM0217", { axis: 0, axes: 0 }, [{ span: argument(call, "at").span, text: call.cx.show(at) }]);
  return tensor("f32", [...at.axes.slice(0, -1), size, ...updates.axes.slice(rank)]);
}

function sizeArgument(call: BuiltinCall, name: string): Poly | undefined {
  const given = argument(call, name);
  return asSize(call.cx, given.type, given.value, "as a size");
}

function checkOneHot(call: BuiltinCall): Type {
  const at = tensorArgument(call, "at", ["i32"]);
  const size = sizeArgument(call, "size");
  return at === undefined || size === undefined ? unknown : tensor("f32", [...at.axes, size]);
}

function checkIota(call: BuiltinCall): Type {
  const size = sizeArgument(call, "size");
  return size === undefined ? unknown : tensor("i32", [size]);
}

function checkArgsort(call: BuiltinCall): Type {
  const x = tensorArgument(call, "x", ["f32"]);
  if (x === undefined) return unknown;
  const last = x.axes.at(-1);
  if (last === undefined) return call.cx.error("JM0217", { axis: -1, axes: 0 }, [{ span: argument(call, "x").span, text: call.cx.show(x) }]);
  return tensor("i32", x.axes);
}

export const indexBuiltins: readonly Builtin[] = [
  { name: "gather", doc: "gather(x, at): rows of x at the indices, f32[B, T, D] by i32[B, V] → f32[B, V, D]; a table f32[T, D] serves any indices", params: slots("x at"), check: checkGather },
  { name: "scatter_add", doc: "scatter_add(at, updates, size: n): adds each update to row `at` of a tensor of zeros", params: slots("at updates size="), check: checkScatterAdd },
  { name: "one_hot", doc: "one_hot(at, n): 1 where the last axis counts the index, else 0", params: slots("at size"), check: checkOneHot },
  { name: "iota", doc: "iota(n): 0, 1, ..., n - 1 as i32[n]", params: slots("size"), check: checkIota },
  { name: "argsort", doc: "argsort(x): the indices that sort the last axis, ascending and stable", params: slots("x"), check: checkArgsort },
];
