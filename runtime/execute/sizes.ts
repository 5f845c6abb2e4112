import { UserError } from "../errors.ts";
import { evaluateHost, type HostEnv, type HostExpr } from "../plan/host-expr.ts";
import type { Plan, PortPlan, RuntimeSize } from "../plan/schema.ts";

/** Which run of a program this is. With the plan it decides every drawn size, every schedule and every random number. */
export interface RunKey {
  /** Counts from 0. */
  readonly step: number;
  readonly seed: number;
  /** Clips of the step's whole batch that stand before those of this run; 0 where it sees the whole batch. */
  readonly firstClip?: number | undefined;
  /** Runtime sizes the caller gives; those it leaves out are drawn, where the model says how. */
  readonly sizes?: Readonly<Record<string, number>> | undefined;
}

/**
 * The environment of one run of a program: its runtime sizes, given or drawn, checked against their bounds.
 * @throws UserError JR302 an unknown, missing or out-of-bounds size, or a wrong step or seed
 */
export function runEnvironment(plan: Plan, program: string, key: RunKey): HostEnv {
  const { step, seed, firstClip = 0, sizes: given = {} } = key;
  if (!Number.isSafeInteger(step) || step < 0) throw new UserError("JR302", `step: expected a whole number from 0 on, found ${step}`);
  if (!Number.isSafeInteger(seed)) throw new UserError("JR302", `seed: expected a whole number, found ${seed}`);
  if (!Number.isSafeInteger(firstClip) || firstClip < 0) throw new UserError("JR302", `firstClip: expected a whole number from 0 on, found ${firstClip}`);
  for (const name of Object.keys(given)) {
    if (!plan.sizes.some((size) => size.name === name)) throw new UserError("JR302", `there is no runtime size '${name}'`, `The model has ${nameList(plan.sizes)}.`);
  }
  const values: Record<string, number> = {};
  const resolve = (name: string): void => {
    const size = plan.sizes.find((candidate) => candidate.name === name);
    if (!size || values[name] !== undefined) return;
    const value = given[name] ?? draw(size);
    values[name] = checkBounds(size, value, given[name] === undefined ? "drawn" : "given");
  };
  const draw = (size: RuntimeSize): number => {
    if (size.draw === null) throw new UserError("JR302", `program '${program}' needs the runtime size '${size.name}'`, `Give a whole number from ${size.min} to ${size.max}.`);
    for (const needed of sizesIn(size.draw)) if (needed !== size.name) resolve(needed);
    return evaluateHost(size.draw, { step, seed, sizes: values });
  };
  for (const name of plan.programs[program]?.sizes ?? []) resolve(name);
  return { step, seed, firstClip, sizes: values };
}

/** A port's shape in one run, or over several passes. */
export function portShape(port: PortPlan, env: HostEnv, passes = 1): number[] {
  return port.shape.map((size, axis) => evaluateHost(size, env) * (axis === 0 && port.perClip === true ? passes : 1));
}

function checkBounds({ name, min, max }: RuntimeSize, value: number, how: string): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new UserError("JR302", `runtime size '${name}': expected a whole number from ${min} to ${max}, ${how} ${value}`);
}

function sizesIn(expr: HostExpr): string[] {
  if (typeof expr === "number") return [];
  if ("size" in expr) return [expr.size];
  return "call" in expr ? expr.args.flatMap(sizesIn) : [];
}

/** `'a', 'b'`, or `none`. */
export function nameList(named: readonly { readonly name: string }[]): string {
  return named.length === 0 ? "none" : named.map(({ name }) => `'${name}'`).join(", ");
}
