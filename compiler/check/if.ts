import type { Expr } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import { misfit } from "./fits.ts";
import { merged } from "./module.ts";
import { Scope } from "./scope.ts";
import { invertedText, opaqueInt, operandText, real } from "./static.ts";
import { plain, unknown, type Plain, type Scalar, type Type } from "./types.ts";
import { learning } from "./where.ts";

type IfExpr = Expr & { kind: "if" };

/** A static bool; undefined (reported) if it is none. */
export function checkCondition(cx: Context, condition: Expr): Plain | undefined {
  const type = cx.expr(condition);
  if (type.kind === "scalar" && type.of === "bool") return type;
  if (type.kind === "unknown") return undefined;
  const help = type.kind === "tensor" ? ["`where(condition, a, b)` chooses element by element"] : ["compare with something: `n > 0`"];
  cx.error("JM0323", { found: cx.show(type) }, [{ span: condition.span, text: cx.show(type) }], { help });
  return undefined;
}

/** Where a condition holds, and where it does not. */
export function branches(cx: Context, condition: Expr, type: Plain | undefined): { readonly then: Context; readonly otherwise: Context } {
  const inner = () => cx.with({ scope: new Scope(cx.scope) });
  if (type === undefined) return { then: inner(), otherwise: inner() };
  const text = cx.text(type);
  return {
    then: learning(inner(), condition).with({ assumed: new Set([...cx.assumed, text]) }),
    otherwise: inner().with({ assumed: new Set([...cx.assumed, invertedText(text)]) }),
  };
}

/** `if c { a } else { b }`: both of one type; of scalars the value may depend on the step, of tensors not. */
export function checkIf(cx: Context, expr: IfExpr, expected?: Type): Type {
  const condition = checkCondition(cx, expr.condition);
  const inside = branches(cx, expr.condition, condition);
  const a = cx.session.block(inside.then, expr.then, expected);
  const b = cx.session.block(inside.otherwise, expr.otherwise, expected);
  if (condition === undefined || a.kind === "unknown" || b.kind === "unknown") return unknown;
  if (a.kind === "scalar" && b.kind === "scalar") {
    const type = chosen(cx, condition, a, b);
    if (type !== undefined) return type;
  }
  if (!cx.require(condition, "static", expr.condition.span, "to choose between tensors or nets")) return unknown;
  const nets = merged(a, b);
  if (nets !== undefined) return nets;
  if (a.kind !== "scalar" || b.kind !== "scalar") {
    if (misfit(cx.facts, a, b) === undefined) return a;
    if (misfit(cx.facts, b, a) === undefined) return b;
  }
  return cx.error("JM0326", { a: cx.show(a), b: cx.show(b) }, [
    { span: expr.then.value?.span ?? expr.then.span, text: cx.show(a) },
    { span: expr.otherwise.value?.span ?? expr.otherwise.span, text: cx.show(b) },
  ]);
}

/** One of two scalars. */
function chosen(cx: Context, condition: Plain, a: Scalar, b: Scalar): Type | undefined {
  const isNumber = (s: Scalar) => s.of === "int" || s.of === "real";
  const parts = [condition, a, b];
  const text = `if ${operandText(cx, condition)} then ${operandText(cx, a)} else ${operandText(cx, b)}`;
  if (a.of === "int" && b.of === "int") return cx.facts.equal(a.size, b.size) ? a : opaqueInt(cx, text, parts);
  if (isNumber(a) && isNumber(b)) return real(cx, text, parts);
  if (a.of !== b.of || a.of === "int") return undefined;
  const origin = real(cx, text, parts);
  return plain(a.of, text, origin);
}
