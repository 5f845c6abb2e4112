import type { HostExpr, HostOp } from "@jepac/runtime/plan";
import { Poly } from "../size/poly.ts";
import type { Span } from "../syntax/source.ts";
import { ELEMENT } from "./schema.ts";
import type { OnnxSizes } from "./sizes.ts";
import { OnnxUnsupported } from "./unsupported.ts";
import type { OnnxWriter } from "./writer.ts";

/** True where an expression is the same in every run. */
export function isConstant(expr: HostExpr): boolean {
  return typeof expr === "number" || ("call" in expr && expr.args.every(isConstant));
}

/** A host expression over runtime sizes as f64[]. What depends on the training step or on chance is refused. */
export function hostValue(expr: HostExpr, writer: OnnxWriter, sizes: OnnxSizes, span: Span | undefined): string {
  if (typeof expr === "number") return writer.double(expr);
  if ("size" in expr) return writer.op("Cast", [sizes.scalar(Poly.atom(expr.size))], { to: ELEMENT.f64 });
  if (!("call" in expr)) throw new OnnxUnsupported("get" in expr ? "depends on the training step" : "draws random numbers", span);
  return CALLS[expr.call](expr.args.map((arg) => hostValue(arg, writer, sizes, span)), writer);
}

type Call = (args: readonly string[], writer: OnnxWriter) => string;

const operator = (type: string): Call => (args, writer) => writer.op(type, args);
const floored = (type: string): Call => (args, writer) => writer.op(type, [writer.op("Div", args)]);
const truth = (x: string, writer: OnnxWriter): string => writer.op("Cast", [x], { to: ELEMENT.bool });
const condition = (type: string, negated = false): Call => (args, writer) => {
  const holds = writer.op(type, args);
  return writer.op("Cast", [negated ? writer.op("Not", [holds]) : holds], { to: ELEMENT.f64 });
};
const logic = (type: string): Call => (args, writer) => writer.op("Cast", [writer.op(type, args.map((arg) => truth(arg, writer)))], { to: ELEMENT.f64 });

const CALLS: Readonly<Record<HostOp, Call>> = {
  add: operator("Add"), sub: operator("Sub"), mul: operator("Mul"), div: operator("Div"), pow: operator("Pow"), min: operator("Min"), max: operator("Max"),
  idiv: floored("Floor"), ceildiv: floored("Ceil"),
  mod: ([a, b], writer) => writer.op("Sub", [a!, writer.op("Mul", [b!, writer.op("Floor", [writer.op("Div", [a!, b!])])])]),
  neg: operator("Neg"), floor: operator("Floor"), ceil: operator("Ceil"), sqrt: operator("Sqrt"), exp: operator("Exp"), log: operator("Log"),
  sin: operator("Sin"), cos: operator("Cos"), tanh: operator("Tanh"), abs: operator("Abs"),
  round: ([a], writer) => writer.op("Floor", [writer.op("Add", [a!, writer.double(0.5)])]),
  lt: condition("Less"), le: condition("LessOrEqual"), gt: condition("Greater"), ge: condition("GreaterOrEqual"), eq: condition("Equal"), ne: condition("Equal", true),
  not: logic("Not"), and: logic("And"), or: logic("Or"),
  select: ([c, a, b], writer) => writer.op("Where", [truth(c!, writer), a!, b!]),
};
