import { applyHostOp, type HostExpr, type HostOp } from "@jepac/runtime/plan";
import { Poly } from "../size/poly.ts";

/** A host operation, folded when all its arguments are numbers. */
export function hostCall(op: HostOp, ...args: HostExpr[]): HostExpr {
  if (args.every((arg) => typeof arg === "number")) return applyHostOp(op, args);
  if (op === "select" && typeof args[0] === "number") return (args[0] !== 0 ? args[1] : args[2]) ?? NaN;
  return { call: op, args };
}

/** The host expression that computes a size in each step. */
export function hostOfSize(size: Poly): HostExpr {
  let sum: HostExpr | undefined;
  for (const [monomial, coefficient] of size.terms) {
    let term: HostExpr | undefined;
    for (const atom of monomial === "" ? [] : monomial.split("*")) {
      term = term === undefined ? { size: atom } : hostCall("mul", term, { size: atom });
    }
    const scaled: HostExpr = term === undefined ? coefficient : coefficient === 1 ? term : hostCall("mul", coefficient, term);
    sum = sum === undefined ? scaled : hostCall("add", sum, scaled);
  }
  return sum ?? 0;
}
