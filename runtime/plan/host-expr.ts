import { randomKey, uniformAt } from "./random.ts";

/**
 * A scalar the host computes anew each step: schedules (lr, decay), runtime sizes, dispatch counts, random keys.
 * Plain JSON, so that it travels in the plan.
 */
export type HostExpr =
  | number
  /** `firstClip` is the place in the step's whole batch of the first clip that this run sees: see {@link HostEnv}. */
  | { readonly get: "step" | "firstClip" }
  /** The value of a runtime size in this step. */
  | { readonly size: string }
  /** A uniform number in [0, 1), a function of (seed, step, site). */
  | { readonly random: number }
  /** The u32 key of a device random site, a function of (seed, step, site). */
  | { readonly key: number }
  | { readonly call: HostOp; readonly args: readonly HostExpr[] };

/** Comparisons and logic give 1 or 0. `idiv` floors; `mod` has the divisor's sign; `select` is (condition, then, else). */
export const HOST_OPS = {
  add: 2, sub: 2, mul: 2, div: 2, pow: 2, min: 2, max: 2, idiv: 2, ceildiv: 2, mod: 2,
  neg: 1, floor: 1, ceil: 1, round: 1, sqrt: 1, exp: 1, log: 1, sin: 1, cos: 1, tanh: 1, abs: 1, not: 1,
  lt: 2, le: 2, gt: 2, ge: 2, eq: 2, ne: 2, and: 2, or: 2, select: 3,
} as const;
export type HostOp = keyof typeof HOST_OPS;

/** What a host expression may ask for. `sizes` maps a runtime size to its value this step. */
export interface HostEnv {
  readonly seed: number;
  readonly step: number;
  readonly sizes: Readonly<Record<string, number>>;
  /** Clips of the step's batch that stand before those of this run, where it sees a part of the batch; else 0. */
  readonly firstClip?: number | undefined;
}

const functions: Record<HostOp, (a: number, b: number, c: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  idiv: (a, b) => Math.floor(a / b),
  ceildiv: (a, b) => Math.ceil(a / b),
  mod: (a, b) => a - b * Math.floor(a / b),
  neg: (a) => -a,
  floor: Math.floor,
  ceil: Math.ceil,
  round: (a) => Math.floor(a + 0.5),
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  abs: Math.abs,
  not: (a) => (a === 0 ? 1 : 0),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  gt: (a, b) => Number(a > b),
  ge: (a, b) => Number(a >= b),
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  and: (a, b) => Number(a !== 0 && b !== 0),
  or: (a, b) => Number(a !== 0 || b !== 0),
  select: (a, b, c) => (a !== 0 ? b : c),
};

/** One host operation on numbers; the compiler folds constants with the same table. */
export function applyHostOp(op: HostOp, args: readonly number[]): number {
  return functions[op](args[0] ?? NaN, args[1] ?? NaN, args[2] ?? NaN);
}

/** Evaluates in f64. Throws if a size is missing from the environment. */
export function evaluateHost(expr: HostExpr, env: HostEnv): number {
  if (typeof expr === "number") return expr;
  if ("get" in expr) return expr.get === "step" ? env.step : (env.firstClip ?? 0);
  if ("size" in expr) {
    const value = env.sizes[expr.size];
    if (value === undefined) throw new Error(`runtime size '${expr.size}' has no value in this step`);
    return value;
  }
  if ("random" in expr) return uniformAt(randomKey(env.seed, env.step, expr.random), 0);
  if ("key" in expr) return randomKey(env.seed, env.step, expr.key);
  return applyHostOp(expr.call, expr.args.map((arg) => evaluateHost(arg, env)));
}
