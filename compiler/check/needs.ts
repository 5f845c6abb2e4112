import { Poly } from "../size/poly.ts";
import type { Context } from "./context.ts";

/** What would make `whole / part` exact, as a clause to write: common factors cancelled. */
export function neededClause(cx: Context, whole: Poly, part: Poly): string {
  const coefficients = [...whole.terms.values(), ...part.terms.values()];
  const common = Poly.constant(coefficients.reduce(greatestDivisor, 0));
  const [a, b] = [whole.divideExact(common) ?? whole, part.divideExact(common) ?? part];
  const side = (size: Poly) => {
    const text = cx.facts.show(size);
    return /[ *]/.test(text) ? `(${text})` : text;
  };
  return `${side(a)} % ${side(b)} == 0`;
}

/** Whether to report that something is needed: not if this declaration has been asked for it already. */
export function asksFirst(cx: Context, clause: string): boolean {
  if (cx.quiet || cx.asked.has(clause)) return false;
  cx.asked.add(clause);
  return true;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : greatestDivisor(b, a % b);
}
