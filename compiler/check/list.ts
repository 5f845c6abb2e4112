import type { Expr } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import { bound, Scope } from "./scope.ts";
import { axisDims } from "./typeexpr.ts";
import { fixed, showType, unknown, type List, type Type } from "./types.ts";

/** `[a, b]`, `[..S, 3]` */
export function checkList(cx: Context, expr: Expr & { kind: "list" }): Type {
  const items = expr.items.map((item): Type => {
    if (item.kind !== "pack") return cx.expr(item);
    const axes = axisDims(cx, item);
    return axes === undefined ? unknown : { kind: "sizes", axes };
  });
  return items.some((i) => i.kind === "unknown") ? unknown : { kind: "list", items, repeated: false };
}

/** `[for i in 0..n: Block(i)]`: its items are all of one type, with `i` in it. */
export function checkListFor(cx: Context, expr: Expr & { kind: "list-for" }): Type {
  const scope = new Scope(cx.scope);
  const items = loopItems(cx, expr.over).map((type): Type => {
    scope.define(expr.name.name, bound("loop", type === "number" ? cx.with({ scope }).atom(expr.name.name, fixed) : type, { span: expr.name.span }));
    return cx.with({ scope }).expr(expr.item);
  });
  if (items.some((i) => i.kind === "unknown")) return unknown;
  return { kind: "list", items, repeated: true };
}

/** More items than this are checked as these are. */
const MOST_ITEMS = 16;

/**
 * What a loop's name stands for in turn: "number" for a range. A list whose items are all alike is gone through once.
 * Nothing where `over` is no list (reported); the body is then checked with an unknown item.
 */
export function loopItems(cx: Context, over: Expr): readonly (Type | "number")[] {
  if (over.kind === "range") {
    for (const bound of [over.low, over.high]) {
      const type = cx.expr(bound);
      if (type.kind === "unknown") continue;
      if (type.kind === "scalar" && type.of === "int") cx.require(type, "static", bound.span, "as a loop bound");
      else cx.error("JM0222", { found: cx.show(type) }, [{ span: bound.span, text: `${cx.show(type)}, used as a loop bound` }]);
    }
    return ["number"];
  }
  const type = cx.expr(over);
  if (type.kind === "unknown") return [unknown];
  if (type.kind === "list") return distinct(cx, type);
  const help = type.kind === "tensor" ? ["operations on tensors need no loop; `let [a, b] = x` takes a first axis apart"] : ["`0..n` counts from 0 to n - 1"];
  cx.error("JM0331", { found: cx.show(type) }, [{ span: over.span, text: cx.show(type) }], { help });
  return [unknown];
}

function distinct(cx: Context, list: List): readonly Type[] {
  const seen = new Map<string, Type>();
  for (const item of list.items) {
    const value = item.kind === "scalar" ? ` ${cx.text(item)}` : item.kind === "net" ? item.options.map((o) => o.key).join() : "";
    seen.set(showType(item, cx.facts) + value, item);
  }
  return [...seen.values()].slice(0, MOST_ITEMS);
}
