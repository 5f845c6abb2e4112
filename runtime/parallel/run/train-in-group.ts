import { availableParallelism, cpus } from "node:os";
import { UserError } from "../../errors.ts";
import { Session } from "../../execute/index.ts";
import type { DeviceChoice, Gpu } from "../../gpu/index.ts";
import { loadPlan, type LoadedPlan } from "../../plan/read.ts";
import { Feed } from "../../train/feed.ts";
import { stepProgram } from "../../train/loop.ts";
import { RunFolder } from "../../train/run-folder.ts";
import { runTraining } from "../../train/run-training.ts";
import type { TrainOptions, TrainResult } from "../../train/train.ts";
import { versions } from "../../train/versions.ts";
import type { Collective } from "../collective.ts";
import type { Place } from "../launcher.ts";
import { planOfRank, type RankPlan } from "../shard/rank-plan.ts";
import { bucketsOf } from "../step/buckets.ts";
import { ParallelSession } from "../step/parallel-session.ts";
import { sharesOf, type Share } from "../step/shares.ts";
import { follow } from "./follow.ts";
import { leadFollowers } from "./lead.ts";
import { describeMember, devicesInWords, meetMembers, type Member } from "./member.ts";
import { Replicas } from "./replicas.ts";
import { measureSpeed } from "./speed.ts";

/** What a rank brings to its group. */
export interface Rank {
  readonly place: Place;
  /** Joins the group; called once this rank is ready to compute. */
  readonly join: () => Promise<Collective>;
  readonly gpu: Gpu;
  /** How its device was chosen; null where it took what there was. */
  readonly choice: DeviceChoice | null;
}

/**
 * One rank's part of a training run. Rank 0 does what `train` does, with the devices of all; gives null on the others.
 * @throws UserError as `train`, and JR7xx where the group breaks
 */
export async function trainInGroup(options: TrainOptions, rank: Rank): Promise<TrainResult | null> {
  const { place, join, gpu, choice } = rank;
  const loaded = await loadPlan(options.buildDir);
  const { passes, clips } = phasesFor(loaded, place.world);
  if (place.rank === 0) await new RunFolder(options.out).start(options.resume ?? false);
  const feed = await Feed.open(loaded.plan, options.data);
  const shard = options.shardOptimizer && place.world > 1 ? shardOf(loaded, place) : undefined;
  const session = await Session.open(shard ? { ...loaded, plan: shard.plan } : loaded, gpu);
  // Compiling blocks this process for long, which others would take for its end.
  for (const program of ["init", "step"]) session.prepare(program);
  const group = await join();
  const members = await meetMembers(group, describeMember(gpu, choice, { plan: `${loaded.plan.fingerprint} in ${passes}`, data: feed?.identity.digest ?? null, exchange: [options.gradients ?? "f32", ...(shard ? ["sharded"] : [])].join(", ") }));
  const share = (await shares(session, group, members, passes))[group.rank]!;
  feed?.take({ before: share.first * clips, count: share.count * clips });
  const gradients = group.world === 1 ? "f32" : options.gradients;
  const parallel: ParallelSession = new ParallelSession(session, group, share, { signal: options.signal, gradients, shard, check: (stepsDone) => replicas.check(stepsDone) });
  const replicas: Replicas = new Replicas(session, group, parallel.sharded);
  try {
    if (group.rank !== 0) {
      await follow(group, parallel, replicas, { plan: loaded.plan, data: feed });
      return null;
    }
    noteHindrances(members, options);
    if (shard) options.observer?.note?.(savedText(loaded, shard, group.world));
    const result = await runTraining(
      { plan: loaded.plan, session: parallel, adapter: devicesInWords(members), versions: versions(), data: feed, followers: leadFollowers(group, replicas) },
      { ...options, signal: parallel.stop },
    );
    return { ...result, skipped: feed?.skipped ?? [] };
  } finally {
    parallel.dispose();
    replicas.destroy();
    session.dispose();
    await feed?.close();
  }
}

/** Where a step may be cut. @throws UserError JR724 it has fewer parts than there are ranks */
function phasesFor({ plan }: LoadedPlan, world: number): { passes: number; clips: number } {
  const { phases } = stepProgram(plan);
  if (phases && phases.passes >= world) return phases;
  const batch = Number(plan.config["batch"]);
  const fitting = Math.floor(batch / world);
  const hint = fitting >= 1 ? `Build it in parts: jepac build ... --micro-batch ${largestDivisor(batch, fitting)}` : "Build it with a larger batch.";
  throw new UserError("JR724", `the batch of ${plan.model} is computed in ${phases?.passes ?? 1} part(s), too few for ${world} devices`, hint);
}

/** @throws UserError JR726 there is nothing to divide */
function shardOf({ plan, where }: LoadedPlan, { rank, world }: Place): RankPlan {
  const shard = planOfRank(plan, bucketsOf(plan.programs["step"]!.phases!.gradients), rank, world);
  if (shard.saved > 0) return shard;
  const hint = "Optimizers whose state starts at 0 can be divided. If this one's does, build the model again: an older build does not say how.";
  throw new UserError("JR726", `${where} has no optimizer state that ${world} devices could divide`, hint);
}

function savedText({ plan }: LoadedPlan, { saved, states }: RankPlan, world: number): string {
  const whole = states.reduce((sum, { elements }) => sum + 4 * elements, 0);
  const mebi = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 3 : 1)} MiB`;
  return `the optimizer state (${mebi(whole)}) is divided among ${world} devices: each saves ${mebi(saved)} of ${mebi(plan.stats.peakBytes)}`;
}

function largestDivisor(of: number, most: number): number {
  for (let divisor = most; divisor > 1; divisor--) if (of % divisor === 0) return divisor;
  return 1;
}

/** Equal devices share alike; of different ones, each gets passes as it is fast. */
async function shares(session: Session, group: Collective, members: readonly Member[], passes: number): Promise<Share[]> {
  const alike = members.every(({ device }) => device === members[0]!.device);
  const speeds = alike ? members.map(() => 1) : await group.gather(await measureSpeed(session));
  return sharesOf(passes, speeds);
}

function noteHindrances(members: readonly Member[], { observer }: TrainOptions): void {
  const shared = members.some((member, rank) => members.findIndex(({ host, place }) => host === member.host && place === member.place) < rank);
  if (shared) observer?.note?.("several ranks share one software device: right, but no faster");
  // Open MPI binds up to two ranks so: then loading, the driver and MPI's own threads wait for each other.
  if (availableParallelism() === 1 && cpus().length > 1) observer?.note?.("this process may use one core only, which is slow: start with mpirun --bind-to none");
}
