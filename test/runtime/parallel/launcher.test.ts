import { describe, expect, it } from "vitest";
import { ALONE, joinGroup, placeOf } from "../../../runtime/parallel/index.ts";

describe("placeOf", () => {
  it.each([
    ["nothing", {}, null],
    ["the trainer itself", { JEPAC_RANK: "1", JEPAC_WORLD: "2" }, { launcher: "shared memory", rank: 1, world: 2, localRank: 1, oneMachine: true }],
    ["Open MPI", { OMPI_COMM_WORLD_RANK: "5", OMPI_COMM_WORLD_SIZE: "8", OMPI_COMM_WORLD_LOCAL_RANK: "1", OMPI_COMM_WORLD_LOCAL_SIZE: "4" }, { launcher: "mpirun", rank: 5, world: 8, localRank: 1, oneMachine: false }],
    ["MPICH", { PMI_RANK: "3", PMI_SIZE: "4", MPI_LOCALRANKID: "1", MPI_LOCALNRANKS: "4" }, { launcher: "mpirun", rank: 3, world: 4, localRank: 1, oneMachine: true }],
    ["srun", { SLURM_PROCID: "9", SLURM_STEP_NUM_TASKS: "16", SLURM_LOCALID: "1", SLURM_NTASKS: "16", SLURM_STEP_NUM_NODES: "2" }, { launcher: "srun", rank: 9, world: 16, localRank: 1, oneMachine: false }],
    ["srun with PMI", { PMI_RANK: "9", PMI_SIZE: "16", SLURM_PROCID: "9", SLURM_STEP_NUM_TASKS: "16", SLURM_LOCALID: "1", SLURM_STEP_NUM_NODES: "1" }, { launcher: "mpirun", rank: 9, world: 16, localRank: 1, oneMachine: true }],
    ["the script of sbatch, which is no step", { SLURM_PROCID: "0", SLURM_NTASKS: "16", SLURM_LOCALID: "0" }, null],
    ["a launcher that does not say the local rank", { PMI_RANK: "3", PMI_SIZE: "4" }, { launcher: "mpirun", rank: 3, world: 4, localRank: 3, oneMachine: false }],
  ])("finds the place that %s gives", (_, env, place) => expect(placeOf(env)).toEqual(place));
});

describe("joinGroup", () => {
  it("gives a group of one to a process on its own, and to one that a launcher started alone", async () => {
    expect(await joinGroup({})).toBe(ALONE);
    expect(await joinGroup({ PMI_RANK: "0", PMI_SIZE: "1" })).toBe(ALONE);
    const [from, into] = [Float32Array.of(1, 2), new Float32Array(2)];
    await ALONE.allReduceSum(from, into);
    expect(into).toEqual(from);
    expect(await ALONE.gather("hello")).toEqual(["hello"]);
  });
});
