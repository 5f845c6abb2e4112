import type { Expr } from "../syntax/ast.ts";
import { sourceText, type Context } from "./context.ts";
import { broadcast } from "./elementwise.ts";
import { sameDim } from "./fits.ts";
import { tensor, type Tensor, type Type } from "./types.ts";

type BinaryExpr = Expr & { kind: "binary" };

/** `[.., N, K] @ [.., K, M]` → `[.., N, M]`; leading axes broadcast; `[K] @ [K, M]` → `[M]`. */
export function checkMatmul(cx: Context, expr: BinaryExpr, left: Type, right: Type): Type {
  const labels = [
    { span: expr.left.span, text: cx.show(left) },
    { span: expr.right.span, text: cx.show(right) },
  ];
  if (left.kind !== "tensor" || right.kind !== "tensor" || left.dtype !== "f32" || right.dtype !== "f32") {
    const help = [left, right].some((t) => t.kind === "scalar") ? ["to scale a tensor, write `*`"] : [];
    return cx.error("JM0321", { op: "@", left: cx.show(left), right: cx.show(right) }, labels, { help });
  }
  if (right.axes.length < 2 || left.axes.length < 1) {
    const help = right.axes.length === 1 ? [`\`sum(${sourceText(expr.left)} * ${sourceText(expr.right)}, axis: -1)\` is a product with a vector`] : [];
    return cx.error("JM0209", { side: right.axes.length < 2 ? "right" : "left" }, labels, { help });
  }
  const inner = left.axes.at(-1)!;
  const rows = right.axes.at(-2)!;
  if (!sameDim(cx.facts, inner, rows)) {
    const note = `the last axis of the left side (${cx.showSize(inner)}) must equal the second-last of the right side (${cx.showSize(rows)})`;
    return cx.error("JM0203", {}, labels, { notes: [note], help: fittingTransposes(cx, expr, left, right) });
  }
  const columns = right.axes.at(-1)!;
  if (right.axes.length === 2) return tensor("f32", [...left.axes.slice(0, -1), columns]);
  const batch = broadcast(cx, left.axes.slice(0, -2), right.axes.slice(0, -2));
  if (batch === undefined || left.axes.length < 2) {
    return cx.error("JM0201", { op: "@" }, labels, { notes: ["all axes but the last two must broadcast"] });
  }
  return tensor("f32", [...batch, left.axes.at(-2)!, columns]);
}

function fittingTransposes(cx: Context, expr: BinaryExpr, left: Tensor, right: Tensor): string[] {
  const [l, r] = [sourceText(expr.left), sourceText(expr.right)];
  if (sameDim(cx.facts, left.axes.at(-1)!, right.axes.at(-1)!)) return [`did you mean \`${l} @ transpose(${r})\`?`];
  const second = left.axes.at(-2);
  if (second !== undefined && sameDim(cx.facts, second, right.axes.at(-2)!)) return [`did you mean \`transpose(${l}) @ ${r}\`?`];
  return [];
}
