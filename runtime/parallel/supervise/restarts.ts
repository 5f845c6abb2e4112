import type { RankFailure } from "./rank-process.ts";

/** Failures of processes, devices and networks, which may not come again. Those of models and data would. */
const PASSING = new Set(["JR103", "JR104", "JR701", "JR702", "JR714", "JR720", "JR721", "JR730"]);

/** Whether a run that ended so may be started again from its checkpoint. */
export function mayPass({ code }: RankFailure): boolean {
  return PASSING.has(code);
}
