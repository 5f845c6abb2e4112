import type { Expr } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { Poly, atomsOf } from "../size/poly.ts";
import { sourceText, type Context } from "./context.ts";
import { namesIn } from "./typeexpr.ts";
import { joined, type Int, type Type } from "./types.ts";

/** `where` at a use: what is certainly false is an error here, and false; what needs numbers is left to elaboration. */
export function checkWhere(cx: Context, inside: Context, where: readonly Expr[], span: Span, title: string): boolean {
  let holds = true;
  for (const clause of where) {
    const type = inside.expr(clause);
    if (type.kind !== "scalar" || type.of !== "bool" || type.value !== false) continue;
    holds = false;
    const values = [...namesIn(clause)].flatMap((name) => {
      const value = inside.scope.own(name)?.type();
      return value?.kind === "scalar" && cx.showValue(value) !== name ? [`\`${name}\` is ${cx.showValue(value)}`] : [];
    });
    cx.error("JM0207", { callee: title, clause: sourceText(clause) }, [
      { span, text: "does not hold here" },
      { span: clause.span, text: "asked for here" },
    ], values.length === 0 ? {} : { notes: [values.join(", ")] });
  }
  return holds;
}

/** What a body may rely on: `D % heads == 0`, `F == P*Q`, and any condition as it is written. */
export function assuming(cx: Context, clauses: readonly Expr[]): Context {
  return clauses.reduce(assumingOne, cx);
}

function assumingOne(cx: Context, clause: Expr): Context {
  const type = cx.expr(clause);
  if (type.kind === "unknown") return cx;
  if (type.kind !== "scalar" || type.of !== "bool") {
    cx.error("JM0323", { found: cx.show(type) }, [{ span: clause.span, text: cx.show(type) }]);
    return cx;
  }
  return learning(cx, clause).with({ assumed: new Set([...cx.assumed, cx.text(type)]) });
}

/** Under a condition that holds (its type is checked already). */
export function learning(cx: Context, clause: Expr): Context {
  if (clause.kind !== "binary") return cx;
  if (clause.op === "and") return learning(learning(cx, clause.left), clause.right);
  if (clause.op !== "==") return cx;
  const remainder = remainderOf(clause.left, clause.right) ?? remainderOf(clause.right, clause.left);
  if (remainder !== undefined) {
    const [whole, part] = [sizeOf(cx, remainder.left), sizeOf(cx, remainder.right)];
    return whole === undefined || part === undefined ? cx : divisible(cx, whole, part);
  }
  const [a, b] = [sizeOf(cx, clause.left), sizeOf(cx, clause.right)];
  return a === undefined || b === undefined ? cx : cx.with({ facts: cx.facts.assumeEqual(a.size, b.size) });
}

function remainderOf(side: Expr, other: Expr): (Expr & { kind: "binary" }) | undefined {
  return side.kind === "binary" && side.op === "%" && other.kind === "int" && other.value === 0 ? side : undefined;
}

function sizeOf(cx: Context, expr: Expr): Int | undefined {
  const type: Type = cx.with({ quiet: true }).expr(expr);
  return type.kind === "scalar" && type.of === "int" ? type : undefined;
}

function divisible(cx: Context, whole: Int, part: Int): Context {
  const [monomial] = Poly.atom(cx.facts.quotientName(whole.size, part.size)).terms.keys();
  const origin = joined([cx.originOf(whole), cx.originOf(part)]);
  for (const atom of atomsOf(monomial ?? "")) cx.origins.set(atom, origin);
  return cx.with({ facts: cx.facts.assumeDivisible(whole.size, part.size) });
}
