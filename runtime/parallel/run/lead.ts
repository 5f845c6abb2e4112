import type { Followers, RunSpan } from "../../train/run-training.ts";
import type { Collective } from "../collective.ts";
import type { Replicas } from "./replicas.ts";

/** Rank 0's side of a run: it decides, writes files and talks; the others follow. See `follow`. */
export function leadFollowers(group: Collective, replicas: Replicas): Followers {
  return {
    async begin(span: RunSpan) {
      await group.gather(span);
    },
    ready: () => replicas.spread(),
    saving: (step) => replicas.check(step),
    saved: () => group.barrier(),
  };
}
