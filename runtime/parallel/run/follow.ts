import { trainLoop } from "../../train/loop.ts";
import type { RunData, RunSpan } from "../../train/run-training.ts";
import type { Collective } from "../collective.ts";
import type { ParallelSession } from "../step/parallel-session.ts";
import type { Replicas } from "./replicas.ts";

/** The side of a run on every rank but 0: it computes its share, and writes nothing. Mirrors `leadFollowers`, call by call. */
export async function follow(group: Collective, session: ParallelSession, replicas: Replicas, parts: Pick<Parameters<typeof trainLoop>[0], "plan"> & { readonly data: RunData | null }): Promise<void> {
  const [span] = await group.gather<RunSpan | null>(null);
  const { seed, from, steps, checkpointEvery } = span!;
  if (from >= steps) return;
  await replicas.spread();
  await trainLoop({
    plan: parts.plan,
    session, seed, from, steps, checkpointEvery,
    batches: parts.data?.batches(seed) ?? null,
    clips: parts.data?.batch ?? 1,
    signal: session.stop,
    onRow() {},
    async save(step) {
      await replicas.check(step);
      // Rank 0 writes whole tensors, of which every rank has a part.
      for (const name of session.sharded.names) await session.sharded.read(name);
      await group.barrier();
    },
  });
}
