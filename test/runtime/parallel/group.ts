import type { Collective } from "../../../runtime/parallel/collective.ts";
import { createGroup, removeGroup } from "../../../runtime/parallel/shared-memory/group-folder.ts";
import { SharedMemory } from "../../../runtime/parallel/shared-memory/shared-memory.ts";
import type { Patience } from "../../../runtime/parallel/shared-memory/signals.ts";

/** Plays every rank of a group in this one process, at once. */
export async function asGroup<T>(world: number, rankMain: (group: Collective) => Promise<T>, patience?: Patience): Promise<PromiseSettledResult<T>[]> {
  const folder = createGroup(world);
  try {
    return await Promise.allSettled(
      Array.from({ length: world }, async (_, rank) => {
        const group = await SharedMemory.join(folder, rank, world, patience);
        try {
          return await rankMain(group);
        } finally {
          await group.close();
        }
      }),
    );
  } finally {
    removeGroup(folder);
  }
}

/** The values of a group in which no rank failed. */
export async function valuesOf<T>(world: number, rankMain: (group: Collective) => Promise<T>): Promise<T[]> {
  return (await asGroup(world, rankMain)).map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}
