import type { Span } from "../syntax/source.ts";
import type { Expr, Ident, Pattern, PatternAxis } from "../syntax/ast.ts";
import { Poly } from "../size/poly.ts";
import { sourceText, type Context } from "./context.ts";
import { asksFirst, neededClause } from "./needs.ts";
import { didYouMean } from "./suggestion.ts";
import { asSize } from "./typeexpr.ts";
import { isPack, tensor, unknown, type Dim, type Type } from "./types.ts";

type RearrangeExpr = Expr & { kind: "rearrange" };

/** The sizes of a pattern's names, as they become known. */
type Sizes = Map<string, { readonly size: Poly; readonly span: Span }>;

/** `rearrange(x, b n (h k) -> b h n k, h: 4)` and `repeat(x, t -> (t f), f: 8)`. */
export function checkRearrange(cx: Context, expr: RearrangeExpr): Type {
  const operand = cx.expr(expr.operand);
  const sizes = givenSizes(cx, expr);
  const sound = [onlyOnce(cx, expr.from), onlyOnce(cx, expr.to), bothSides(cx, expr)].every(Boolean);
  if (operand.kind === "unknown" || sizes === undefined || !sound) return unknown;
  if (operand.kind !== "tensor") {
    return cx.error("JM0320", { what: `the first argument of ${expr.op}`, expected: "a tensor", found: cx.show(operand) }, [{ span: expr.operand.span, text: cx.show(operand) }]);
  }
  if (operand.axes.some(isPack)) {
    return cx.error("JM0219", { op: expr.op }, [{ span: expr.operand.span, text: cx.show(operand) }], {
      help: ["name all axes in the parameter's type: `x: f32[B, N, D]`"],
    });
  }
  if (operand.axes.length !== expr.from.axes.length) {
    return cx.error("JM0210", { axes: operand.axes.length, pattern: expr.from.axes.length }, [
      { span: expr.from.span, text: `${expr.from.axes.length} axes` },
      { span: expr.operand.span, text: cx.show(operand) },
    ]);
  }
  const matched = expr.from.axes.map((axis, i) => matchAxis(cx, axis, operand.axes[i] as Poly, sizes));
  if (matched.includes(false)) return unknown;
  const axes: Dim[] = [];
  for (const axis of expr.to.axes) {
    const factors = namesOf(axis).map((n) => sizes.get(n.name)?.size);
    if (factors.includes(undefined)) return unknown;
    axes.push(factors.reduce<Poly>((product, f) => product.mul(f ?? product), Poly.constant(1)));
  }
  return tensor(operand.dtype, axes);
}

export function namesOf(axis: PatternAxis): readonly Ident[] {
  if (axis.kind === "group") return axis.names;
  return axis.kind === "one" ? [] : [{ name: axis.name, span: axis.span }];
}

function allNames(pattern: Pattern): Ident[] {
  return pattern.axes.flatMap(namesOf);
}

/** `h: heads` after the pattern. */
function givenSizes(cx: Context, expr: RearrangeExpr): Sizes | undefined {
  const sizes: Sizes = new Map();
  const known = new Set([...allNames(expr.from), ...allNames(expr.to)].map((n) => n.name));
  let wrong = false;
  for (const { name, value, span } of expr.sizes) {
    const size = asSize(cx, cx.expr(value), value, "as a size");
    if (name === undefined) {
      wrong = true;
      cx.error("JM0305", { callee: expr.op, most: 2, found: 2 + expr.sizes.length }, [{ span, text: "one too many" }], { help: ["sizes of the pattern's axes are given by name: `h: 4`"] });
    } else if (!known.has(name.name)) {
      wrong = true;
      cx.error("JM0211", { name: name.name, side: "no", other: "" }, [{ span: name.span, text: "not in the pattern" }], { help: didYouMean(name.name, known) });
    } else if (sizes.has(name.name)) {
      wrong = true;
      cx.error("JM0306", { callee: expr.op, name: name.name }, [{ span: name.span, text: "again here" }, { span: sizes.get(name.name)!.span, text: "given first here" }]);
    } else if (size === undefined) wrong = true;
    else sizes.set(name.name, { size, span });
  }
  return wrong ? undefined : sizes;
}

export function onlyOnce(cx: Context, pattern: Pattern): boolean {
  const seen = new Map<string, Span>();
  for (const { name, span } of allNames(pattern)) {
    const first = seen.get(name);
    if (first !== undefined) {
      cx.error("JM0212", { name }, [{ span, text: "again here" }, { span: first, text: "named first here" }]);
      return false;
    }
    seen.set(name, span);
  }
  return true;
}

/** Every axis of one side stands on the other; `repeat` may add axes whose size is given. */
function bothSides(cx: Context, expr: RearrangeExpr): boolean {
  const left = new Set(allNames(expr.from).map((n) => n.name));
  const right = new Set(allNames(expr.to).map((n) => n.name));
  let sound = true;
  for (const { name, span } of allNames(expr.from)) {
    if (right.has(name)) continue;
    sound = false;
    const near = didYouMean(name, [...right].filter((n) => !left.has(n)));
    cx.error("JM0211", { name, side: "left", other: "right" }, [{ span, text: "lost on the right" }, { span: expr.to.span, text: "" }], {
      help: near.length > 0 ? near : ["to drop an axis, reduce it first: `sum(x, axis: ...)` or `mean`"],
    });
  }
  for (const { name, span } of allNames(expr.to)) {
    if (left.has(name)) continue;
    const sized = expr.sizes.some((s) => s.name?.name === name);
    if (expr.op === "repeat" && sized) continue;
    sound = false;
    const near = didYouMean(name, [...left].filter((n) => !right.has(n)));
    const help = expr.op === "repeat" ? `give its size: \`${name}: ...\`` : `\`repeat(${sourceText(expr.operand)}, ...)\` makes new axes`;
    cx.error("JM0211", { name, side: "right", other: "left" }, [{ span, text: expr.op === "repeat" ? "size not given" : "not on the left" }, { span: expr.from.span, text: "" }], {
      help: near.length > 0 && expr.op === "rearrange" ? near : [help],
    });
  }
  return sound;
}

/** Learns the sizes of one axis's names, or compares them. */
function matchAxis(cx: Context, axis: PatternAxis, dim: Poly, sizes: Sizes): boolean {
  const names = namesOf(axis);
  const open = names.filter((n) => !sizes.has(n.name));
  const product = names.reduce((p, n) => p.mul(sizes.get(n.name)?.size ?? Poly.constant(1)), Poly.constant(1));
  const shown = (size: Poly) => cx.showSize(size);
  if (open.length > 1) {
    const missing = open.map((n) => n.name);
    cx.error("JM0213", { names: missing }, [{ span: axis.span, text: `${shown(dim)} = ${names.map((n) => n.name).join(" * ")}` }], {
      help: [`give all but one: \`${missing[0]}: ...\` after the pattern`],
    });
    return false;
  }
  const [last] = open;
  if (last !== undefined) {
    const rest = cx.facts.quotient(dim, product);
    if (rest === undefined) {
      const given = names.filter((n) => n !== last);
      const never = (cx.facts.remainder(dim, product) ?? 0) !== 0;
      const clause = neededClause(cx, cx.facts.normal(dim), cx.facts.normal(product));
      if (!never && !asksFirst(cx, clause)) return false;
      cx.error("JM0214", { size: shown(dim), by: shown(product), never }, [
        { span: axis.span, text: `${shown(dim)} to be split by ${shown(product)}` },
        ...given.flatMap((n) => (sizes.has(n.name) ? [{ span: sizes.get(n.name)!.span, text: "" }] : [])),
      ], { help: never ? [] : [`where it always is, say so: \`where ${clause}\``] });
      return false;
    }
    sizes.set(last.name, { size: rest, span: axis.span });
    return true;
  }
  if (cx.facts.equal(product, dim)) return true;
  const given = names.map((n) => sizes.get(n.name)?.span).find((s) => s !== undefined && s !== axis.span);
  cx.error("JM0215", { expected: shown(product), found: shown(dim) }, [
    { span: axis.span, text: `${shown(dim)} here` },
    ...(given === undefined ? [] : [{ span: given, text: `${shown(product)} by this` }]),
  ]);
  return false;
}
