import type { Collective } from "../../../runtime/parallel/collective.ts";
import { createGroup, removeGroup } from "../../../runtime/parallel/shared-memory/group-folder.ts";
import type { MapFile } from "../../../runtime/parallel/shared-memory/map-file.ts";
import { SharedMemory } from "../../../runtime/parallel/shared-memory/shared-memory.ts";

/** Plays every rank of a group in this one process, at once. `map` is how the files become memory, null for not at all. */
export async function asGroup<T>(world: number, rankMain: (group: Collective) => Promise<T>, map?: MapFile | null): Promise<PromiseSettledResult<T>[]> {
  const folder = createGroup(world);
  try {
    return await Promise.allSettled(
      Array.from({ length: world }, async (_, rank) => {
        const group = await SharedMemory.join(folder, rank, world, undefined, map);
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
export async function valuesOf<T>(world: number, rankMain: (group: Collective) => Promise<T>, map?: MapFile | null): Promise<T[]> {
  return (await asGroup(world, rankMain, map)).map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}
