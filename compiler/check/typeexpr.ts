import type { Axis, Expr, TypeExpr } from "../syntax/ast.ts";
import { innerText, type Context } from "./context.ts";
import { packName } from "./scope.ts";
import { isPack, tensor, unknown, type Dim, type Tensor, type Type, type Unknown } from "./types.ts";

/** What a written tensor type means here; scalars are made where their names are known. */
export function tensorType(cx: Context, type: TypeExpr & { kind: "tensor-type" }): Tensor | Unknown {
  const axes: Dim[] = [];
  let wrong = false;
  for (const axis of type.axes) {
    const dims = axisDims(cx, axis);
    if (dims === undefined) wrong = true;
    else axes.push(...dims);
  }
  if (wrong) return unknown;
  const packs = type.axes.filter((a) => a.kind === "pack");
  if (packs.length > 1) return cx.error("JM0226", {}, [{ span: packs[1]!.span, text: "a second one" }, { span: packs[0]!.span, text: "the first" }]);
  return tensor(type.dtype, axes);
}

/** The axes that one item of a shape stands for: a size, or what `..S` stands for. */
export function axisDims(cx: Context, axis: Axis): readonly Dim[] | undefined {
  if (axis.kind === "pack") return packDims(cx, axis);
  const type = cx.expr(axis);
  if (type.kind === "sizes") return type.axes;
  const size = asSize(cx, type, axis, "as a size");
  return size === undefined ? undefined : [size];
}

function packDims(cx: Context, axis: Axis & { kind: "pack" }): readonly Dim[] | undefined {
  const found = cx.scope.find(packName(axis.name.name))?.type();
  if (found?.kind === "sizes") return found.axes;
  cx.error("JM0225", { name: axis.name.name }, [{ span: axis.span, text: "not declared" }], {
    help: ["`..S` stands for axes that a parameter's type names: `fn f(x: f32[..S, D])`"],
  });
  return undefined;
}

/** The polynomial of an integer that is used as a size. */
export function asSize(cx: Context, type: Type, at: Expr, why: string) {
  if (type.kind === "unknown") return undefined;
  if (type.kind !== "scalar" || type.of !== "int") {
    cx.error("JM0222", { found: cx.show(type) }, [{ span: at.span, text: `${cx.show(type)}, used ${why}` }], {
      help: type.kind === "scalar" && type.of === "real" ? ["`int(x)`, `floor(x)`, `ceil(x)` and `round(x)` make an int of a real"] : [],
    });
    return undefined;
  }
  if (!cx.require(type, "size", at.span, why)) return undefined;
  const constant = cx.facts.normal(type.size).constant;
  if (constant !== undefined && constant < 0) {
    cx.error("JM0224", { size: constant }, [{ span: at.span, text: `${constant}` }]);
    return undefined;
  }
  return type.size;
}

/** A shape given as a list: `[..S, 3, n]`. */
export function shapeOf(cx: Context, type: Type, at: Expr): readonly Dim[] | undefined {
  if (type.kind === "unknown") return undefined;
  if (type.kind !== "list" || type.repeated) {
    cx.error("JM0320", { what: "a shape", expected: "a list of sizes, like `[n, 3]`", found: cx.show(type) }, [{ span: at.span, text: cx.show(type) }], {
      help: type.kind === "scalar" && type.of === "int" ? [`\`[${innerText(at)}]\` is a shape of one axis`] : [],
    });
    return undefined;
  }
  const dims: Dim[] = [];
  for (const [i, item] of type.items.entries()) {
    const where = at.kind === "list" ? at.items[i] : undefined;
    if (item.kind === "sizes") {
      dims.push(...item.axes);
      continue;
    }
    const size = asSize(cx, item, where === undefined || where.kind === "pack" ? at : where, "as a size");
    if (size === undefined) return undefined;
    dims.push(size);
  }
  if (dims.filter(isPack).length > 1) {
    cx.error("JM0226", {}, [{ span: at.span, text: "two packs of axes" }]);
    return undefined;
  }
  return dims;
}

/** All names in an expression that may stand for sizes (not those of functions called). */
export function namesIn(expr: Expr): Set<string> {
  const found = new Set<string>();
  const visit = (e: Expr): void => {
    if (e.kind === "name") found.add(e.name);
    else if (e.kind === "unary") visit(e.operand);
    else if (e.kind === "binary") [e.left, e.right].forEach(visit);
    else if (e.kind === "call") e.args.forEach((a) => visit(a.value));
  };
  visit(expr);
  return found;
}
