/** Where a launcher has put this process. */
export interface Place {
  readonly launcher: "shared memory" | "mpirun" | "srun";
  readonly rank: number;
  readonly world: number;
  /** This process among those of its machine, from 0: it decides the device. */
  readonly localRank: number;
  /** Whether all processes are on this machine, as far as the launcher says. */
  readonly oneMachine: boolean;
}

/** What each launcher says in the environment: the first whose rank and world are there has started this process. */
const SOURCES = [
  { launcher: "shared memory", rank: "JEPAC_RANK", world: "JEPAC_WORLD", localRank: "JEPAC_RANK", localWorld: "JEPAC_WORLD" },
  // Open MPI's mpirun.
  { launcher: "mpirun", rank: "OMPI_COMM_WORLD_RANK", world: "OMPI_COMM_WORLD_SIZE", localRank: "OMPI_COMM_WORLD_LOCAL_RANK", localWorld: "OMPI_COMM_WORLD_LOCAL_SIZE" },
  // Hydra, the mpirun of MPICH and Intel MPI; under srun it is Slurm that speaks PMI.
  { launcher: "mpirun", rank: "PMI_RANK", world: "PMI_SIZE", localRank: "MPI_LOCALRANKID", localWorld: "MPI_LOCALNRANKS" },
  // A step of srun; the script of sbatch, which is not one, has no SLURM_STEP_ID.
  { launcher: "srun", rank: "SLURM_PROCID", world: "SLURM_STEP_NUM_TASKS", localRank: "SLURM_LOCALID", localWorld: "" },
] as const;

/** The place of this process in a group that a launcher started; null for a process on its own. */
export function placeOf(env: Readonly<Record<string, string | undefined>>): Place | null {
  for (const source of SOURCES) {
    const [rank, world] = [whole(env[source.rank]), whole(env[source.world])];
    if (rank === null || world === null) continue;
    const localRank = whole(env[source.localRank]) ?? whole(env["SLURM_LOCALID"]) ?? rank;
    const oneMachine = whole(env[source.localWorld]) === world || env["SLURM_STEP_NUM_NODES"] === "1";
    return { launcher: source.launcher, rank, world, localRank, oneMachine };
  }
  return null;
}

function whole(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}
