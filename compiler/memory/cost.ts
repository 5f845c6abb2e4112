import type { Plan } from "@jepac/runtime/plan";
import type { TargetName } from "../targets.ts";

/** What a device of each target is taken to do, to weigh passes against recomputation; docs/memory.md. */
const DEVICES: Readonly<Record<TargetName, { readonly flops: number; readonly bytes: number; readonly dispatch: number }>> = {
  gpu: { flops: 2e13, bytes: 1e12, dispatch: 5e-6 },
  software: { flops: 4e10, bytes: 1e10, dispatch: 3e-5 },
};

/** Seconds of a training step, roughly. */
export interface StepCost {
  /** Its floating-point operations. */
  readonly compute: number;
  /** What each pass costs beside them: starting its kernels, adding up its gradients. */
  readonly passes: number;
}

export function stepCost(plan: Plan, target: TargetName): StepCost {
  const { flops, bytes, dispatch } = DEVICES[target];
  const phases = plan.programs["step"]?.phases;
  if (phases === undefined) return { compute: plan.stats.flops / flops, passes: 0 };
  // Two reads and a write of each value.
  const added = phases.passes === 1 ? 0 : 3 * phases.gradients.reduce((sum, range) => sum + range.bytes, 0);
  return { compute: plan.stats.flops / flops, passes: phases.passes * (phases.updateFrom * dispatch + added / bytes) };
}
