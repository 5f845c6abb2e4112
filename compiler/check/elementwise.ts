import type { Expr } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { innerText, sourceText, type Context } from "./context.ts";
import { sameDim } from "./fits.ts";
import { int, isPack, tensor, type Dim, type DType, type Tensor, type Type, type Unknown } from "./types.ts";

export interface Operand {
  readonly type: Type;
  readonly expr: Expr;
}

/**
 * What an elementwise operation on these gives: one element type, broadcast axes. Static scalars take the element
 * type of the tensors. The operands are tensors and scalars, at least one a tensor; the caller has checked that.
 */
export function elementwise(cx: Context, operands: readonly Operand[], op: string, at: Span): Tensor | Unknown {
  const tensors = operands.filter((o): o is Operand & { type: Tensor } => o.type.kind === "tensor");
  const [first, ...others] = tensors;
  if (first === undefined) return cx.error("JM0321", { op, left: "no tensor", right: "" }, [{ span: at, text: "" }]);
  const odd = others.find((o) => o.type.dtype !== first.type.dtype) ?? operands.find((o) => !scalarMixes(o.type, first.type.dtype));
  if (odd !== undefined) return mixed(cx, op, first, odd);
  return broadcastAll(cx, tensors, op);
}

/** Operands of one element type: their axes, aligned at the last, stretched where one is 1. */
export function broadcastAll(cx: Context, tensors: readonly (Operand & { type: Tensor })[], op: string): Tensor | Unknown {
  const [first, ...others] = tensors;
  let result = first!;
  for (const other of others) {
    const axes = broadcast(cx, result.type.axes, other.type.axes);
    if (axes === undefined) return apart(cx, op, result, other);
    result = { type: tensor(result.type.dtype, axes), expr: result.expr };
  }
  return result.type;
}

function scalarMixes(type: Type, dtype: DType): boolean {
  if (type.kind !== "scalar") return true;
  if (dtype === "f32") return type.of === "int" || type.of === "real";
  return dtype === "i32" ? type.of === "int" : type.of === "bool";
}

function mixed(cx: Context, op: string, a: Operand & { type: Tensor }, b: Operand): Unknown {
  const integer = a.type.dtype === "i32" ? a : b;
  return cx.error("JM0322", { op, left: cx.show(a.type), right: cx.show(b.type) }, [
    { span: a.expr.span, text: cx.show(a.type) },
    { span: b.expr.span, text: cx.show(b.type) },
  ], { help: [`convert one: \`f32(${innerText(integer.expr)})\``] });
}

/** numpy's rule; undefined where two axes are neither provably equal nor 1. */
export function broadcast(cx: Context, a: readonly Dim[], b: readonly Dim[]): readonly Dim[] | undefined {
  const axes: Dim[] = [];
  let [i, j] = [a.length - 1, b.length - 1];
  for (; i >= 0 && j >= 0; i--, j--) {
    const [x, y] = [a[i]!, b[j]!];
    if (sameDim(cx.facts, x, y)) axes.unshift(x);
    else if (isOne(cx, x)) {
      if (isPack(y)) return undefined;
      axes.unshift(y);
    } else if (isOne(cx, y) && !isPack(x)) axes.unshift(x);
    else return undefined;
  }
  return [...a.slice(0, i + 1), ...b.slice(0, j + 1), ...axes];
}

function isOne(cx: Context, dim: Dim): boolean {
  return !isPack(dim) && cx.facts.normal(dim).constant === 1;
}

type TensorOperand = Operand & { readonly type: Tensor };

function apart(cx: Context, op: string, a: TensorOperand, b: TensorOperand): Unknown {
  const notes: string[] = [];
  for (let k = 1; k <= Math.min(a.type.axes.length, b.type.axes.length); k++) {
    const [x, y] = [a.type.axes.at(-k)!, b.type.axes.at(-k)!];
    if (broadcast(cx, [x], [y]) !== undefined) continue;
    notes.push(`aligned at the last axis, ${cx.showSize(x)} meets ${cx.showSize(y)}; one must equal the other or be 1`);
    break;
  }
  return cx.error("JM0201", { op }, [
    { span: a.expr.span, text: cx.show(a.type) },
    { span: b.expr.span, text: cx.show(b.type) },
  ], { notes, help: broadcastHints(cx, a, b) });
}

/** A reduction that dropped an axis, or one axis missing in the middle. */
function broadcastHints(cx: Context, a: TensorOperand, b: TensorOperand): string[] {
  const [small, large] = a.type.axes.length < b.type.axes.length ? [a, b] : [b, a];
  const lacks = large.type.axes.length - small.type.axes.length;
  for (let i = 0; lacks > 0 && i <= small.type.axes.length; i++) {
    const ones = Array.from({ length: lacks }, () => int(1).size);
    const axes = [...small.type.axes.slice(0, i), ...ones, ...small.type.axes.slice(i)];
    if (broadcast(cx, axes, large.type.axes) === undefined) continue;
    const reduction = reductionIn(cx, small.expr);
    if (reduction !== undefined) return [`keep the reduced axis: \`${sourceText(reduction).replace(/\)$/, "")}, keep: true)\``];
    if (axes.some(isPack)) continue;
    return [`give it axes of 1: \`reshape(${sourceText(small.expr)}, [${axes.map((d) => cx.showSize(d)).join(", ")}])\``];
  }
  const same = small.type.axes.length === large.type.axes.length && small.type.axes.length >= 2;
  if (same) {
    const swapped = [...b.type.axes.slice(0, -2), b.type.axes.at(-1)!, b.type.axes.at(-2)!];
    if (broadcast(cx, a.type.axes, swapped) !== undefined) return [`did you mean \`transpose(${sourceText(b.expr)})\`?`];
  }
  return [];
}

const reductions = ["sum", "mean", "max", "min"];

/** The call of a reduction that an expression is, or that the name it is was bound to. */
function reductionIn(cx: Context, expr: Expr): Expr | undefined {
  if (expr.kind === "name") {
    const value = cx.scope.find(expr.name)?.value;
    return value === undefined || value.kind === "name" ? undefined : reductionIn(cx, value);
  }
  if (expr.kind !== "call" || expr.callee.kind !== "name" || expr.piped) return undefined;
  if (expr.args.some((a) => a.name?.name === "keep") || !expr.args.some((a) => a.name?.name === "axis")) return undefined;
  return reductions.includes(expr.callee.name) ? expr : undefined;
}
