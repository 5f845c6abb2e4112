import type { LoadedPlan } from "../../plan/read.ts";

/** The probes there are, and the product that kNN needs, as JM models in `models/probes`. */
export type ProbeName = "linear" | "attentive" | "retrieval" | "neighbours";

/** Where compiled probes come from. The runtime has no compiler, so whoever starts an evaluation brings one. */
export interface ProbeSource {
  /** Changes when the text of a probe does. */
  readonly digest: string;
  /** A probe built with these config values. */
  build(probe: ProbeName, config: Readonly<Record<string, number | boolean>>): Promise<LoadedPlan>;
}
