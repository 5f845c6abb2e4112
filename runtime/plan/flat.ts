import type { HostExpr } from "./host-expr.ts";

/** The size of a dispatch over flat memory: how many units it goes over, of {@link FLAT_UNIT} elements (256 bytes) each. */
export const FLAT_SIZE = "flat";
export const FLAT_UNIT = 64;

/** An expression of that size for a dispatch whose length is known. */
export function withUnits(expr: HostExpr, units: number): HostExpr {
  if (typeof expr === "number") return expr;
  if ("size" in expr) return expr.size === FLAT_SIZE ? units : expr;
  if ("call" in expr) return { call: expr.call, args: expr.args.map((arg) => withUnits(arg, units)) };
  return expr;
}
