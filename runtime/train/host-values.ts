import { evaluateHost, type HostEnv } from "../plan/host-expr.ts";
import type { Plan } from "../plan/schema.ts";

/** The runtime sizes drawn for one step, in the plan's order: a later draw may use an earlier size. */
export function drawSizes(plan: Plan, names: readonly string[], seed: number, step: number): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const { name, draw } of plan.sizes) if (draw !== null && names.includes(name)) sizes[name] = evaluateHost(draw, { seed, step, sizes });
  return sizes;
}

/** The host scalars worth showing (lr, decay, ...), by name. */
export function displayValues(plan: Plan, env: HostEnv): Record<string, number> {
  return Object.fromEntries(plan.displays.map(({ name, value }) => [name, evaluateHost(value, env)]));
}
