import type { Poly } from "../size/poly.ts";
import type { Node } from "../graph/node.ts";
import type { DType, HostExpr } from "@jepac/runtime/plan";
import type { Span } from "../syntax/source.ts";
import type { Interpreter } from "./interpreter.ts";
import { describeValue, type Scalar, type Value } from "./value.ts";

/** What an operation wants of a value, or a message. The checker has seen the kinds; only stages can still be wrong. */

export function asScalar(it: Interpreter, value: Value, span: Span): Scalar {
  if (value.kind === "scalar") return value;
  return it.fail("JM0509", { what: "this", expected: "a number the host knows", found: describeValue(value) }, span);
}

/** A plain number, known when the model is built. */
export function asStatic(it: Interpreter, value: Value, span: Span, what: string): number {
  const scalar = asScalar(it, value, span);
  if (typeof scalar.host === "number") return scalar.host;
  return it.fail("JM0508", { what, found: describeValue(value) }, span, "not known when the model is built");
}

/** A size: static, or a polynomial of runtime sizes. */
export function asSize(it: Interpreter, value: Value, span: Span): Poly {
  const scalar = asScalar(it, value, span);
  if (scalar.size !== undefined) return scalar.size;
  return it.fail("JM0508", { what: "a size", found: describeValue(value) }, span, "not a size");
}

export function asSizes(it: Interpreter, value: Value, span: Span): Poly[] {
  if (value.kind !== "list") return [asSize(it, value, span)];
  return value.items.map((item) => asSize(it, item, span));
}

export function asStaticInts(it: Interpreter, value: Value, span: Span, what: string): number[] {
  if (value.kind !== "list") return [asStatic(it, value, span, what)];
  return value.items.map((item) => asStatic(it, item, span, what));
}

/** A tensor; a number becomes one without axes. */
export function asTensor(it: Interpreter, value: Value, span: Span, dtype: DType = "f32"): Node {
  if (value.kind === "tensor") return value.node;
  const scalar = asScalar(it, value, span);
  return scalarNode(it, scalar.host, dtype);
}

export function scalarNode(it: Interpreter, host: HostExpr, dtype: DType): Node {
  if (typeof host === "number") return it.g.constant(host, dtype, []);
  return dtype === "bool" ? it.g.cast(it.g.scalar(host, "i32"), "bool") : it.g.scalar(host, dtype);
}
