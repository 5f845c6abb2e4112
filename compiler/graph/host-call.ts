import { applyHostOp, type HostExpr, type HostOp } from "@jepac/runtime/plan";

/** A host operation, folded when all its arguments are numbers. */
export function hostCall(op: HostOp, ...args: HostExpr[]): HostExpr {
  if (args.every((arg) => typeof arg === "number")) return applyHostOp(op, args);
  if (op === "select" && typeof args[0] === "number") return (args[0] !== 0 ? args[1] : args[2]) ?? NaN;
  return { call: op, args };
}
