import type { Label } from "../diagnostics/diagnostic.ts";
import type { Expr } from "../syntax/ast.ts";
import { innerText, sourceText, type Context } from "./context.ts";
import { misfit } from "./fits.ts";
import type { Tensor, Type } from "./types.ts";

/**
 * Asks that a value be of a type. `what` names the value's role ("the result of `f`"), `declared` is where the type
 * was asked for.
 */
export function expectType(cx: Context, found: Type, wanted: Type, at: Expr, what: string, declared?: Label): boolean {
  const problem = misfit(cx.facts, wanted, found);
  if (problem === undefined) return true;
  const labels = [{ span: at.span, text: cx.show(found) }, ...(declared === undefined ? [] : [declared])];
  const parts = { what, expected: cx.show(wanted), found: cx.show(found) };
  const help = hints(cx, found, wanted, at);
  if (problem.why === "size" || problem.why === "rank") {
    const notes = problem.why === "size" ? [sizeNote(cx, found as Tensor, wanted as Tensor, problem.axis)] : [];
    cx.error("JM0205", parts, labels, { notes, help });
  } else {
    cx.error("JM0320", parts, labels, { help });
  }
  return false;
}

function sizeNote(cx: Context, found: Tensor, wanted: Tensor, axis: number): string {
  return `axis ${axis} is ${cx.showSize(found.axes[axis]!)}, not ${cx.showSize(wanted.axes[axis]!)}`;
}

function hints(cx: Context, found: Type, wanted: Type, at: Expr): string[] {
  const text = sourceText(at);
  if (found.kind === "tensor" && wanted.kind === "tensor") {
    const cast = { ...found, dtype: wanted.dtype };
    if (found.dtype !== wanted.dtype && misfit(cx.facts, wanted, cast) === undefined) return [`\`${wanted.dtype}(${innerText(at)})\` converts it`];
    const [a, b] = [found.axes.length - 1, found.axes.length - 2];
    const swapped = found.axes.map((d, i) => (i === a ? found.axes[b]! : i === b ? found.axes[a]! : d));
    if (b >= 0 && misfit(cx.facts, wanted, { ...found, axes: swapped }) === undefined) return [isTranspose(at) ? "without `transpose` it would fit" : `\`transpose(${innerText(at)})\` would fit`];
    return [];
  }
  if (found.kind === "scalar" && wanted.kind === "scalar" && found.of === "real" && wanted.of === "int") {
    return [`\`int(${text})\`, \`floor\`, \`ceil\` or \`round\` make an int of a real`];
  }
  if (found.kind === "scalar" && wanted.kind === "tensor" && (found.of === "real" || found.of === "int") && wanted.dtype === "f32") {
    return [`\`full(${cx.show(wanted).slice(3)}, ${text})\` makes a tensor of it`];
  }
  if (found.kind === "fn") return [`\`${text}(...)\` calls it`];
  if (found.kind === "module") return [`declare an instance with \`net\`: \`net ${found.decl.name.name.toLowerCase()} = ${found.decl.name.name}(...)\``];
  return [];
}

function isTranspose(expr: Expr): boolean {
  return expr.kind === "call" && expr.callee.kind === "name" && expr.callee.name === "transpose" && expr.args.length === 1;
}
