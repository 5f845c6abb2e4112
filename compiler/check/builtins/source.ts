import { shapeOf } from "../typeexpr.ts";
import { fixed, int, isPack, plain, tensor, unknown, type Type } from "../types.ts";
import { Poly } from "../../size/poly.ts";
import { argument, refuse, slots, tensorArgument, type Builtin, type BuiltinCall } from "./builtin.ts";

function checkFull(call: BuiltinCall): Type {
  const given = argument(call, "shape");
  const shape = shapeOf(call.cx, given.type, given.value);
  const value = argument(call, "value");
  const isNumber = value.type.kind === "scalar" && (value.type.of === "int" || value.type.of === "real");
  const isOne = value.type.kind === "tensor" && value.type.axes.length === 0;
  if (!isNumber && !isOne) return refuse(call, value, "value", "a number");
  if (shape === undefined) return unknown;
  return tensor(value.type.kind === "tensor" ? value.type.dtype : "f32", shape);
}

function checkUniform(call: BuiltinCall): Type {
  const given = argument(call, "shape");
  const shape = shapeOf(call.cx, given.type, given.value);
  return shape === undefined ? unknown : tensor("f32", shape);
}

/** Another number at each call: it is equal to nothing but itself. */
function checkRandom(call: BuiltinCall): Type {
  const text = call.cx.scope.freshAtom("random()");
  return plain("real", text, { stage: "step", from: new Set() });
}

function checkStop(call: BuiltinCall): Type {
  const { type } = argument(call, "x");
  if (type.kind === "scalar" && type.of !== "text" && type.of !== "bool") return tensor("f32", []);
  return tensorArgument(call, "x", ["f32", "i32", "bool"]) ?? unknown;
}

/** The number of axes; in an update rule, of the weight itself. */
function checkRank(call: BuiltinCall): Type {
  const x = tensorArgument(call, "x", ["f32", "i32", "bool"]);
  if (x === undefined) return unknown;
  const pack = x.axes.find(isPack);
  if (pack === undefined) return int(x.axes.length);
  return int(call.cx.opaque(`rank(${pack.pack})`, fixed).size.add(Poly.constant(x.axes.length - 1)));
}

export const sourceBuiltins: readonly Builtin[] = [
  { name: "full", doc: "full([shape], value): a tensor of one number", params: slots("shape value"), check: checkFull },
  { name: "uniform", doc: "uniform([shape]): f32 numbers in [0, 1), drawn anew each step and place", params: slots("shape"), check: checkUniform },
  { name: "random", doc: "random(): one number in [0, 1) for the whole step", params: [], elementwise: true, check: checkRandom },
  { name: "stop", doc: "stop(x): x, through which no gradient flows", params: slots("x"), elementwise: true, check: checkStop },
  { name: "checkpoint", doc: "checkpoint(x): x, not kept for the backward pass with what it is computed from, but computed again there", params: slots("x"), elementwise: true, check: checkStop },
  { name: "rank", doc: "rank(x): the number of axes", params: slots("x"), elementwise: true, check: checkRank },
];
