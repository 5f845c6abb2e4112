import { sourceText } from "../context.ts";
import { elementwise, type Operand } from "../elementwise.ts";
import { numberOf, opaqueInt, operandText, real, truth } from "../static.ts";
import { int, tensor, unknown, type DType, type Scalar, type Type } from "../types.ts";
import { argument, refuse, slots, type Builtin, type BuiltinCall } from "./builtin.ts";

/** Functions of one real or of each element of an f32 tensor. */
const functions: Readonly<Record<string, { readonly doc: string; readonly value: (x: number) => number | undefined }>> = {
  exp: { doc: "e to the power of x", value: Math.exp },
  log: { doc: "the natural logarithm", value: Math.log },
  sqrt: { doc: "the square root", value: Math.sqrt },
  rsqrt: { doc: "1 / sqrt(x)", value: (x) => 1 / Math.sqrt(x) },
  sin: { doc: "the sine of an angle in radians", value: Math.sin },
  cos: { doc: "the cosine of an angle in radians", value: Math.cos },
  tanh: { doc: "the hyperbolic tangent", value: Math.tanh },
  erf: { doc: "the error function of the normal distribution", value: () => undefined },
};

const roundings: Readonly<Record<string, { readonly doc: string; readonly value: (x: number) => number }>> = {
  floor: { doc: "the next integer below; an int of a real", value: Math.floor },
  ceil: { doc: "the next integer above; an int of a real", value: Math.ceil },
  round: { doc: "the nearest integer, halves to even; an int of a real", value: roundHalfEven },
};

export function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function isNumber(type: Type): type is Scalar {
  return type.kind === "scalar" && (type.of === "int" || type.of === "real");
}

/** `name(a, b)`: how the value is written. */
export function callText(call: BuiltinCall, parts: readonly Scalar[]): string {
  return `${call.name}(${parts.map((p) => call.cx.text(p)).join(", ")})`;
}

function checkFunction(call: BuiltinCall, value: (x: number) => number | undefined): Type {
  const x = argument(call, "x");
  if (isNumber(x.type)) {
    if (call.name === "erf") return refuse(call, x, "x", "an f32 tensor");
    const n = numberOf(call.cx, x.type);
    return real(call.cx, callText(call, [x.type]), [x.type], n === undefined ? undefined : finite(value(n)));
  }
  if (x.type.kind === "tensor" && x.type.dtype === "f32") return x.type;
  return refuse(call, x, "x", "a real or an f32 tensor", x.type.kind === "tensor" ? [`\`${call.name}(f32(${sourceText(x.value)}))\` converts it first`] : []);
}

function checkRounding(call: BuiltinCall, value: (x: number) => number): Type {
  const x = argument(call, "x");
  if (x.type.kind === "tensor" && x.type.dtype === "f32") return x.type;
  if (!isNumber(x.type)) return refuse(call, x, "x", "a real or an f32 tensor");
  if (x.type.of === "int") return x.type;
  const n = numberOf(call.cx, x.type);
  return opaqueInt(call.cx, callText(call, [x.type]), [x.type], n === undefined ? undefined : value(n));
}

function checkAbs(call: BuiltinCall): Type {
  const x = argument(call, "x");
  if (x.type.kind === "tensor" && x.type.dtype !== "bool") return x.type;
  if (!isNumber(x.type)) return refuse(call, x, "x", "a number or a tensor of numbers");
  const n = numberOf(call.cx, x.type);
  if (x.type.of === "real") return real(call.cx, callText(call, [x.type]), [x.type], n === undefined ? undefined : Math.abs(n));
  return opaqueInt(call.cx, callText(call, [x.type]), [x.type], n === undefined ? undefined : Math.abs(n));
}

/** `min(a, b)` and `max(a, b)` of numbers, of elements, or mixed. */
export function smallerOrLarger(call: BuiltinCall): Type {
  const [a, b] = [argument(call, "x"), argument(call, "y")];
  for (const side of [a, b]) {
    const fits = isNumber(side.type) || (side.type.kind === "tensor" && side.type.dtype !== "bool");
    if (!fits) return refuse(call, side, side === a ? "x" : "y", "a number or a tensor of numbers");
  }
  if (!isNumber(a.type) || !isNumber(b.type)) return elementwise(call.cx, operands(call, ["x", "y"]), call.name, call.span);
  const [x, y] = [numberOf(call.cx, a.type), numberOf(call.cx, b.type)];
  const value = x === undefined || y === undefined ? undefined : call.name === "min" ? Math.min(x, y) : Math.max(x, y);
  const text = callText(call, [a.type, b.type]);
  if (a.type.of !== "int" || b.type.of !== "int") return real(call.cx, text, [a.type, b.type], value);
  const difference = call.cx.facts.difference(a.type.size, b.type.size);
  if (difference !== undefined) return (difference < 0) === (call.name === "min") ? a.type : b.type;
  return opaqueInt(call.cx, text, [a.type, b.type], value);
}

function operands(call: BuiltinCall, names: readonly string[]): Operand[] {
  return names.map((n) => ({ type: argument(call, n).type, expr: argument(call, n).value }));
}

function checkWhere(call: BuiltinCall): Type {
  const { cx } = call;
  const condition = argument(call, "condition");
  const c = condition.type;
  const isTruth = (c.kind === "tensor" && c.dtype === "bool") || (c.kind === "scalar" && c.of === "bool");
  if (!isTruth) return refuse(call, condition, "condition", "a bool or a bool tensor", ["compare with something: `x > 0`"]);
  for (const name of ["a", "b"]) {
    const { type } = argument(call, name);
    if (type.kind !== "tensor" && !(type.kind === "scalar" && type.of !== "text")) return refuse(call, argument(call, name), name, "a number or a tensor");
  }
  const [a, b] = operands(call, ["a", "b"]) as [Operand, Operand];
  if (c.kind === "scalar" && a.type.kind === "scalar" && b.type.kind === "scalar") {
    const text = `where(${[c, a.type, b.type].map((p) => cx.text(p)).join(", ")})`;
    const parts = [c, a.type, b.type];
    if (a.type.of === "int" && b.type.of === "int") return opaqueInt(cx, text, parts);
    if (isNumber(a.type) && isNumber(b.type)) return real(cx, text, parts);
    return a.type.of === "bool" && b.type.of === "bool" ? truth(cx, text, parts) : refuse(call, argument(call, "b"), "b", cx.show(a.type));
  }
  const chosen = [a, b].some((o) => o.type.kind === "tensor") ? elementwise(cx, [a, b], "where", call.span) : tensor("f32", []);
  if (chosen.kind === "unknown") return unknown;
  const axes = elementwise(cx, [{ type: tensor(chosen.dtype, c.kind === "tensor" ? c.axes : []), expr: condition.value }, { type: chosen, expr: a.expr }], "where", call.span);
  return axes.kind === "unknown" ? unknown : tensor(chosen.dtype, axes.axes);
}

function checkCast(call: BuiltinCall, dtype: DType): Type {
  const x = argument(call, "x");
  if (x.type.kind === "tensor") return tensor(dtype, x.type.axes);
  if (x.type.kind === "scalar" && x.type.of !== "text") return tensor(dtype, []);
  return refuse(call, x, "x", "a tensor or a number");
}

/** int(x) and real(x): of static numbers. */
function checkNumber(call: BuiltinCall): Type {
  const x = argument(call, "x");
  const dtype = call.name === "int" ? "i32" : "f32";
  if (!isNumber(x.type)) return refuse(call, x, "x", "a static number", x.type.kind === "tensor" ? [`\`${dtype}(${sourceText(x.value)})\` converts a tensor`] : []);
  const n = numberOf(call.cx, x.type);
  if (call.name === "real") return real(call.cx, operandText(call.cx, x.type), [x.type], n);
  return x.type.of === "int" ? x.type : opaqueInt(call.cx, callText(call, [x.type]), [x.type], n === undefined ? undefined : Math.trunc(n));
}

/** The quotient rounded down; exact where that is provable. */
function checkIdiv(call: BuiltinCall): Type {
  const [a, b] = [argument(call, "a"), argument(call, "b")];
  for (const [name, side] of [["a", a], ["b", b]] as const) {
    if (side.type.kind !== "scalar" || side.type.of !== "int") {
      const help = side.type.kind === "tensor" ? [`of tensors: \`floor(f32(${sourceText(a.value)}) / ${sourceText(b.value)})\``] : [];
      return refuse(call, side, name, "an int", help);
    }
  }
  if (a.type.kind !== "scalar" || b.type.kind !== "scalar" || a.type.of !== "int" || b.type.of !== "int") return unknown;
  const [x, y] = [numberOf(call.cx, a.type), numberOf(call.cx, b.type)];
  if (y === 0) return call.cx.error("JM0227", {}, [{ span: b.span, text: "this is 0" }]);
  const exact = call.cx.facts.quotient(a.type.size, b.type.size);
  if (exact !== undefined) return int(exact);
  return opaqueInt(call.cx, callText(call, [a.type, b.type]), [a.type, b.type], x === undefined || y === undefined ? undefined : Math.floor(x / y));
}

const one = slots("x");

export const elementwiseBuiltins: readonly Builtin[] = [
  ...Object.entries(functions).map(([name, { doc, value }]): Builtin => ({
    name, doc: `${name}(x): ${doc}`, params: one, elementwise: true, check: (call) => checkFunction(call, value),
  })),
  ...Object.entries(roundings).map(([name, { doc, value }]): Builtin => ({
    name, doc: `${name}(x): ${doc}`, params: one, elementwise: true, check: (call) => checkRounding(call, value),
  })),
  { name: "abs", doc: "abs(x): the magnitude", params: one, elementwise: true, check: checkAbs },
  { name: "where", doc: "where(condition, a, b): a where the condition holds, else b, element by element", params: slots("condition a b"), elementwise: true, check: checkWhere },
  { name: "f32", doc: "f32(x): as 32-bit reals; true is 1", params: one, elementwise: true, check: (call) => checkCast(call, "f32") },
  { name: "i32", doc: "i32(x): as 32-bit integers, truncated", params: one, elementwise: true, check: (call) => checkCast(call, "i32") },
  { name: "bool", doc: "bool(x): whether not 0", params: one, elementwise: true, check: (call) => checkCast(call, "bool") },
  { name: "int", doc: "int(x): a static number truncated to an int", params: one, elementwise: true, check: checkNumber },
  { name: "real", doc: "real(x): a static number as a real", params: one, elementwise: true, check: checkNumber },
  { name: "idiv", doc: "idiv(a, b): the quotient of two ints, rounded down", params: slots("a b"), elementwise: true, check: checkIdiv },
];
