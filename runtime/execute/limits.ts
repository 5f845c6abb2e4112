import { UserError } from "../errors.ts";
import type { Gpu } from "../gpu/index.ts";
import type { Limits, Plan } from "../plan/schema.ts";

/** @throws UserError JR106 where the device offers less than the plan was made for */
export function checkLimits(plan: Plan, gpu: Gpu): void {
  const short = (Object.keys(plan.target) as (keyof Limits)[]).filter((name) => gpu.limits[name] < plan.target[name]);
  if (short.length === 0) return;
  const list = short.map((name) => `${name}: needs ${plan.target[name]}, has ${gpu.limits[name]}`).join("; ");
  throw new UserError("JR106", `'${gpu.info.name}' cannot run this build of ${plan.model}: ${list}`, "Build the model for this adapter's limits, or choose another adapter with --adapter.");
}
