import { UserError } from "../errors.ts";
import type { Gpu } from "../gpu/index.ts";
import type { Limits, Plan } from "../plan/schema.ts";

/** @throws UserError JR106 where the device offers less than the plan was made for, JR109 where it has no half precision */
export function checkLimits(plan: Plan, gpu: Pick<Gpu, "has" | "info" | "limits">): void {
  if (plan.precision === "f16" && !gpu.has("shader-f16")) {
    throw new UserError("JR109", `'${gpu.info.name}' cannot run this build of ${plan.model}: it is in half precision, and the adapter lacks the feature shader-f16`, "Build it with --precision f32, or choose another adapter with --adapter.");
  }
  const short = (Object.keys(plan.target) as (keyof Limits)[]).filter((name) => gpu.limits[name] < plan.target[name]);
  if (short.length === 0) return;
  const list = short.map((name) => `${name}: needs ${plan.target[name]}, has ${gpu.limits[name]}`).join("; ");
  throw new UserError("JR106", `'${gpu.info.name}' cannot run this build of ${plan.model}: ${list}`, "Build the model for this adapter's limits, or choose another adapter with --adapter.");
}
