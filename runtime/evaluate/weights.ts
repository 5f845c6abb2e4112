import { loadCheckpoint } from "../checkpoint/checkpoint.ts";
import { findCheckpoint } from "../checkpoint/find.ts";
import type { Plan } from "../plan/schema.ts";
import type { PlanSession } from "../train/session.ts";

/** Where weights came from: a checkpoint, or the model's initialisers with a seed (the untrained baseline). */
export interface WeightsOrigin {
  readonly checkpoint: string | null;
  readonly step: number;
  readonly seed: number;
}

/** Puts trained weights (and averages) into a session. `checkpoint` is a file or a run's folder. */
export async function loadWeights(plan: Plan, session: PlanSession, checkpoint: string): Promise<WeightsOrigin> {
  const path = await findCheckpoint(checkpoint);
  const { step, seed } = await loadCheckpoint(path, plan, session, ["weight", "average"]);
  return { checkpoint: path, step, seed };
}

/** Puts the weights into a session that training with this seed would start from. */
export async function initWeights(session: PlanSession, seed: number): Promise<WeightsOrigin> {
  await session.run("init", { step: 0, seed, read: [] }).outputs();
  return { checkpoint: null, step: 0, seed };
}
