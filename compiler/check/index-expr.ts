import type { Expr, IndexItem } from "../syntax/ast.ts";
import type { Poly } from "../size/poly.ts";
import { sourceText, type Context } from "./context.ts";
import { int, isPack, tensor, unknown, type Dim, type List, type Type } from "./types.ts";

type IndexExpr = Expr & { kind: "index" };

/** `x[:, a:b, i]`: slices keep an axis, an index drops it, axes not named stay whole. */
export function checkIndex(cx: Context, expr: IndexExpr): Type {
  const object = cx.expr(expr.object);
  if (object.kind === "list") return listItem(cx, expr, object);
  if (object.kind !== "tensor") {
    for (const item of expr.items) for (const bound of boundsOf(item)) cx.expr(bound);
    if (object.kind === "unknown") return unknown;
    return cx.error("JM0332", { found: cx.show(object) }, [{ span: expr.object.span, text: cx.show(object) }]);
  }
  if (expr.items.length > object.axes.length && !object.axes.some(isPack)) {
    return cx.error("JM0217", { axis: expr.items.length - 1, axes: object.axes.length }, [
      { span: expr.items[object.axes.length]!.span, text: "one too many" },
      { span: expr.object.span, text: cx.show(object) },
    ]);
  }
  const axes: Dim[] = [];
  let wrong = false;
  for (const [i, item] of expr.items.entries()) {
    const dim = object.axes[i];
    if (dim === undefined || isPack(dim)) {
      return cx.error("JM0218", {}, [{ span: item.span, text: "counted from the front" }, { span: expr.object.span, text: cx.show(object) }], {
        help: ["name the leading axes in the parameter's type: `x: f32[B, N, D]`"],
      });
    }
    const result = item.kind === "at" ? indexed(cx, item.index, dim, expr) : sliced(cx, item, dim);
    if (result === undefined) wrong = true;
    else if (result !== "dropped") axes.push(result);
  }
  return wrong ? unknown : tensor(object.dtype, [...axes, ...object.axes.slice(expr.items.length)]);
}

function boundsOf(item: IndexItem): Expr[] {
  if (item.kind === "at") return [item.index];
  return [item.from, item.to].filter((e) => e !== undefined);
}

function indexed(cx: Context, index: Expr, dim: Poly, expr: IndexExpr): "dropped" | undefined {
  const type = cx.expr(index);
  if (type.kind === "unknown") return undefined;
  if (type.kind === "tensor") {
    const help = [`\`gather(${sourceText(expr.object)}, ${sourceText(index)})\` takes the elements that a tensor names`];
    cx.error("JM0333", { found: cx.show(type) }, [{ span: index.span, text: cx.show(type) }], { help });
    return undefined;
  }
  const at = position(cx, type, index, dim);
  if (at === undefined) return undefined;
  const beyond = cx.facts.difference(at, dim);
  const value = cx.facts.normal(at).constant;
  if ((beyond !== undefined && beyond >= 0) || (value !== undefined && value < 0)) {
    cx.error("JM0216", { what: `index ${sourceText(index)}`, size: cx.showSize(dim) }, [{ span: index.span, text: "outside" }]);
    return undefined;
  }
  return "dropped";
}

function sliced(cx: Context, item: IndexItem & { kind: "slice" }, dim: Poly): Poly | undefined {
  const from = item.from === undefined ? int(0).size : position(cx, cx.expr(item.from), item.from, dim);
  const to = item.to === undefined ? dim : position(cx, cx.expr(item.to), item.to, dim);
  if (from === undefined || to === undefined) return undefined;
  const length = cx.facts.difference(to, from);
  const beyond = cx.facts.difference(to, dim);
  const start = cx.facts.normal(from).constant;
  if ((length !== undefined && length < 0) || (beyond !== undefined && beyond > 0) || (start !== undefined && start < 0)) {
    cx.error("JM0216", { what: `slice ${cx.showSize(from)}:${cx.showSize(to)}${length !== undefined && length < 0 ? ", which ends before it begins," : ""}`, size: cx.showSize(dim) }, [{ span: item.span, text: "outside" }]);
    return undefined;
  }
  return to.sub(from);
}

/** A bound as a size; a negative number counts from the end. */
function position(cx: Context, type: Type, at: Expr, dim: Poly): Poly | undefined {
  if (type.kind === "unknown") return undefined;
  if (type.kind !== "scalar" || type.of !== "int") {
    cx.error("JM0333", { found: cx.show(type) }, [{ span: at.span, text: cx.show(type) }]);
    return undefined;
  }
  if (!cx.require(type, "size", at.span, "as a position")) return undefined;
  const value = cx.facts.normal(type.size).constant;
  return value !== undefined && value < 0 ? dim.add(type.size) : type.size;
}

/** `blocks[0]`: of a list made by `for`, any item has the type of all. */
function listItem(cx: Context, expr: IndexExpr, list: List): Type {
  const [item] = expr.items;
  if (item?.kind !== "at" || expr.items.length !== 1) {
    return cx.error("JM0332", { found: cx.show(list) }, [{ span: expr.span, text: "a list takes one index" }]);
  }
  const type = cx.expr(item.index);
  if (type.kind === "unknown") return unknown;
  if (type.kind !== "scalar" || type.of !== "int") return cx.error("JM0333", { found: cx.show(type) }, [{ span: item.span, text: cx.show(type) }]);
  if (!cx.require(type, "static", item.span, "as an index of a list")) return unknown;
  if (list.repeated) return list.items[0] ?? unknown;
  const value = cx.facts.normal(type.size).constant;
  const found = value === undefined ? undefined : list.items.at(value);
  return found ?? cx.error("JM0216", { what: `index ${sourceText(item.index)}`, size: `${list.items.length}` }, [{ span: item.span, text: "outside" }]);
}
