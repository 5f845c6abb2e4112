import type { Expr } from "../syntax/ast.ts";
import { elementwise, type Operand } from "./elementwise.ts";
import { innerText, sourceText, type Context } from "./context.ts";
import { checkMatmul } from "./matmul.ts";
import { inverted, negated, scalarBinary } from "./static.ts";
import { tensor, unknown, type Type } from "./types.ts";

type BinaryExpr = Expr & { kind: "binary" };

const comparisons: readonly string[] = ["<", "<=", ">", ">=", "==", "!="];

export function checkBinary(cx: Context, expr: BinaryExpr): Type {
  const left = cx.expr(expr.left);
  const right = cx.expr(expr.right);
  if (left.kind === "unknown" || right.kind === "unknown") return unknown;
  if (expr.op === "@") return checkMatmul(cx, expr, left, right);
  if (left.kind === "scalar" && right.kind === "scalar") return scalarBinary(cx, expr, left, right) ?? refused(cx, expr, left, right);
  const operands: Operand[] = [
    { type: left, expr: expr.left },
    { type: right, expr: expr.right },
  ];
  const isLogic = expr.op === "and" || expr.op === "or";
  if (isLogic ? !operands.every(isTruth) : !operands.every((o) => isNumber(o) || (isTruth(o) && (expr.op === "==" || expr.op === "!=")))) {
    return refused(cx, expr, left, right);
  }
  const met = elementwise(cx, operands, expr.op, expr.opSpan);
  if (met.kind === "unknown") return met;
  if (met.dtype === "i32" && (expr.op === "/" || expr.op === "^")) {
    return cx.error("JM0321", { op: expr.op, left: cx.show(left), right: cx.show(right) }, [{ span: expr.opSpan, text: "integers in a tensor" }], {
      help: [`convert first: \`${asReal(left, expr.left)} ${expr.op} ${asReal(right, expr.right)}\``],
    });
  }
  return comparisons.includes(expr.op) || isLogic ? tensor("bool", met.axes) : met;
}

function asReal(type: Type, expr: Expr): string {
  return type.kind === "tensor" ? `f32(${innerText(expr)})` : sourceText(expr);
}

function isTruth({ type }: Operand): boolean {
  return (type.kind === "tensor" && type.dtype === "bool") || (type.kind === "scalar" && type.of === "bool");
}

function isNumber({ type }: Operand): boolean {
  return (type.kind === "tensor" && type.dtype !== "bool") || (type.kind === "scalar" && (type.of === "int" || type.of === "real"));
}

function refused(cx: Context, expr: BinaryExpr, left: Type, right: Type): Type {
  const help: string[] = [];
  const isLogic = expr.op === "and" || expr.op === "or";
  for (const [type, side] of [[left, expr.left], [right, expr.right]] as const) {
    if (type.kind === "tensor" && type.dtype === "bool" && !isLogic) help.push(`\`f32(${innerText(side)})\` makes 0 and 1 of a bool`);
    if (type.kind === "module") help.push(`\`${type.decl.name.name}\` is a module: declare a net of it and call that`);
  }
  if (isLogic && help.length === 0) help.push("compare first: `x > 0 and y > 0`");
  return cx.error("JM0321", { op: expr.op, left: cx.show(left), right: cx.show(right) }, [
    { span: expr.left.span, text: cx.show(left) },
    { span: expr.right.span, text: cx.show(right) },
  ], { help });
}

export function checkUnary(cx: Context, expr: Expr & { kind: "unary" }): Type {
  const type = cx.expr(expr.operand);
  if (type.kind === "unknown") return unknown;
  const fits = type.kind === "tensor" && (expr.op === "not") === (type.dtype === "bool");
  const result = type.kind === "scalar" ? (expr.op === "-" ? negated(cx, type) : inverted(cx, type)) : fits ? type : undefined;
  return result ?? cx.error("JM0328", { op: expr.op, found: cx.show(type) }, [{ span: expr.operand.span, text: cx.show(type) }], {
    help: expr.op === "not" ? ["`not` takes a bool: compare first"] : type.kind === "tensor" ? [`\`f32(${innerText(expr.operand)})\` makes 0 and 1 of a bool`] : [],
  });
}
