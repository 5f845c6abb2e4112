import { ALONE } from "./alone.ts";
import type { Collective } from "./collective.ts";
import { placeOf } from "./launcher.ts";
import { MpiCollective } from "./mpi/mpi.ts";
import { SharedMemory } from "./shared-memory/shared-memory.ts";

/**
 * The group this process was started in: by the trainer itself (`--devices`), by `mpirun` or `srun`, or a group of one.
 * @throws UserError JR702 a rank does not start, JR710-JR713 MPI does not
 */
export async function joinGroup(env: Readonly<Record<string, string | undefined>> = process.env): Promise<Collective> {
  const place = placeOf(env);
  if (place === null || place.world === 1) return ALONE;
  const folder = env["JEPAC_GROUP"];
  if (place.launcher === "shared memory" && folder !== undefined) return SharedMemory.join(folder, place.rank, place.world);
  return MpiCollective.join(place, env);
}
