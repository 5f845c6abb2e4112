import type { Expr } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import type { Poly } from "../size/poly.ts";
import type { Context } from "./context.ts";
import { namesOf, onlyOnce } from "./rearrange.ts";
import { isPack, tensor, unknown, type Type } from "./types.ts";

/** `einsum(b n k, b m k -> b n m; q, k)`: axes that the output does not name are summed over. */
export function checkEinsum(cx: Context, expr: Expr & { kind: "einsum" }): Type {
  const operands = expr.operands.map((o) => cx.expr(o));
  if (operands.length !== expr.inputs.length) {
    return cx.error("JM0220", { patterns: expr.inputs.length, operands: operands.length }, [{ span: expr.span, text: "" }]);
  }
  const patterns = [...expr.inputs, expr.output];
  const grouped = patterns.flatMap((p) => p.axes).find((a) => a.kind !== "axis");
  if (grouped !== undefined) return cx.error("JM0221", {}, [{ span: grouped.span, text: "not a plain name" }], { help: ["split or merge axes with `rearrange` before or after"] });
  if (!patterns.map((p) => onlyOnce(cx, p)).every(Boolean) || operands.some((o) => o.kind === "unknown")) return unknown;
  const sizes = new Map<string, { readonly size: Poly; readonly span: Span }>();
  for (const [i, operand] of operands.entries()) {
    const pattern = expr.inputs[i]!;
    const span = expr.operands[i]!.span;
    if (operand.kind !== "tensor" || operand.dtype !== "f32") {
      return cx.error("JM0320", { what: "an operand of einsum", expected: "an f32 tensor", found: cx.show(operand) }, [{ span, text: cx.show(operand) }]);
    }
    if (operand.axes.some(isPack)) return cx.error("JM0219", { op: "einsum" }, [{ span, text: cx.show(operand) }]);
    if (operand.axes.length !== pattern.axes.length) {
      return cx.error("JM0210", { axes: operand.axes.length, pattern: pattern.axes.length }, [
        { span: pattern.span, text: `${pattern.axes.length} axes` },
        { span, text: cx.show(operand) },
      ]);
    }
    for (const [at, axis] of pattern.axes.entries()) {
      const size = operand.axes[at] as Poly;
      const { name } = namesOf(axis)[0]!;
      const known = sizes.get(name);
      if (known !== undefined && !cx.facts.equal(known.size, size)) {
        return cx.error("JM0215", { expected: cx.showSize(known.size), found: cx.showSize(size) }, [
          { span: axis.span, text: `\`${name}\` is ${cx.showSize(size)} here` },
          { span: known.span, text: `and ${cx.showSize(known.size)} here` },
        ]);
      }
      sizes.set(name, known ?? { size, span: axis.span });
    }
  }
  const lost = expr.output.axes.find((a) => !sizes.has(namesOf(a)[0]!.name));
  if (lost !== undefined) return cx.error("JM0211", { name: namesOf(lost)[0]!.name, side: "right", other: "left" }, [{ span: lost.span, text: "not on the left" }]);
  return tensor("f32", expr.output.axes.map((a) => sizes.get(namesOf(a)[0]!.name)!.size));
}
