import { afterAll, describe, expect, it } from "vitest";
import type { CompileOptions } from "../../../compiler/compile.ts";
import { Session } from "../../../runtime/execute/index.ts";
import type { Collective } from "../../../runtime/parallel/collective.ts";
import { Replicas } from "../../../runtime/parallel/run/replicas.ts";
import { ParallelSession, type ParallelOptions } from "../../../runtime/parallel/step/parallel-session.ts";
import { planOfRank, type RankPlan } from "../../../runtime/parallel/shard/rank-plan.ts";
import { bucketsOf } from "../../../runtime/parallel/step/buckets.ts";
import { sharesOf, type Share } from "../../../runtime/parallel/step/shares.ts";
import { compileSmall, SAMPLES, smallBatch } from "../../e2e/small.ts";
import { loadedOf, sessionOf, testGpu } from "../../support/session.ts";
import { asGroup, valuesOf } from "./group.ts";

const STEPS = 30;
const opened: { dispose(): void }[] = [];
afterAll(() => opened.forEach((one) => one.dispose()));

async function open(microBatch?: number, options: CompileOptions = {}): Promise<Session> {
  const session = await sessionOf(compileSmall({ set: { steps: `${STEPS}` }, ...(microBatch === undefined ? {} : { microBatch }), ...options }));
  opened.push(session);
  session.run("init", { step: 0, seed: 4, read: [] });
  return session;
}

interface Trained {
  readonly losses: number[];
  readonly sizes: number[];
  readonly tensors: Map<string, Float32Array>;
}

const BUCKET_BYTES = 4096;
/** Steps that suffice where bits are compared. */
const FEW = 8;

/** Of a rank that holds a part of the optimizer state: its plan, and a session of it. */
async function openShard({ rank, world }: Collective, options: CompileOptions): Promise<{ session: Session; shard: RankPlan }> {
  const whole = compileSmall({ set: { steps: `${STEPS}` }, microBatch: 1, ...options });
  const shard = planOfRank(whole.plan, bucketsOf(whole.plan.programs["step"]!.phases!.gradients, BUCKET_BYTES), rank, world);
  const session = await Session.open({ ...loadedOf(whole), plan: shard.plan }, await testGpu());
  opened.push(session);
  session.run("init", { step: 0, seed: 4, read: [] });
  return { session, shard };
}

/** What `train` gives, of ranks that divide the optimizer state; its tensors are whole. */
async function trainSharded(group: Collective, gradients: "f32" | "f16", options: CompileOptions = {}): Promise<Trained & { bytes: number; saved: number }> {
  const { session, shard } = await openShard(group, options);
  const share = sharesOf(4, new Array<number>(group.world).fill(1))[group.rank]!;
  const parallel = new ParallelSession(session, group, share, { bucketBytes: BUCKET_BYTES, gradients, shard });
  opened.push(parallel);
  const replicas = new Replicas(session, group, parallel.sharded);
  opened.push({ dispose: () => replicas.destroy() });
  const { losses, sizes } = await steps(parallel, share, FEW);
  await replicas.check(FEW);
  const tensors = new Map<string, Float32Array>();
  for (const { name } of compileSmall({ microBatch: 1, ...options }).plan.tensors) tensors.set(name, await parallel.readTensor(name));
  const bytes = session.plan.buffers.reduce((sum, { kind }, i) => sum + (kind === "state" ? session.bufferAt(i).size : 0), 0);
  return { losses, sizes, tensors, bytes, saved: shard.saved };
}

/** The curve of one rank of a group, and its weights at the end. Ranks of this test share one device, which a program may. */
async function train(group: Collective, speeds: readonly number[], options: ParallelOptions = {}, compiled: CompileOptions = {}, count = STEPS): Promise<Trained> {
  const session = await open(1, compiled);
  const share = sharesOf(4, speeds)[group.rank]!;
  const parallel = new ParallelSession(session, group, share, { bucketBytes: BUCKET_BYTES, ...options });
  opened.push(parallel);
  return { ...(await steps(parallel, share, count)), tensors: await session.readTensors() };
}

async function steps(parallel: ParallelSession, share: Share, count: number): Promise<Omit<Trained, "tensors">> {
  const losses: number[] = [];
  const sizes: number[] = [];
  for (let step = 0; step < count; step++) {
    const { clip, valid } = smallBatch(step) as { clip: Float32Array; valid: Int32Array };
    const end = share.first + share.count;
    const running = parallel.run("step", { step, seed: 4, inputs: { clip: clip.subarray(SAMPLES * share.first, SAMPLES * end), valid: valid.subarray(share.first, end) } });
    losses.push((await running.outputs())["loss"]![0]!);
    sizes.push(running.sizes["M"]!);
  }
  return { losses, sizes };
}

describe("a step shared by ranks", () => {
  it.each([[[1, 1]], [[3, 1]], [[1, 1, 1, 1]]])("of speeds %j has the curve of one device, and the same weights on all", async (speeds) => {
    const whole = await open();
    const alone: number[] = [];
    for (let step = 0; step < STEPS; step++) alone.push((await whole.run("step", { step, seed: 4, inputs: smallBatch(step) }).outputs())["loss"]![0]!);

    const ranks = await valuesOf(speeds.length, (group) => train(group, speeds));
    const first = ranks[0]!;
    first.losses.forEach((loss, step) => expect(Math.abs(loss / alone[step]! - 1), `step ${step}`).toBeLessThan(2e-5));
    for (const rank of ranks.slice(1)) {
      expect(rank.losses).toEqual(first.losses);
      expect(rank.sizes).toEqual(first.sizes);
      expect(rank.tensors).toEqual(first.tensors);
    }
  });

  it("with gradients in half precision stays close to that curve, and ranks hold the same bits", async () => {
    const speeds = [1, 1, 1];
    const exact = await valuesOf(3, (group) => train(group, speeds));
    const half = await valuesOf(3, (group) => train(group, speeds, { gradients: "f16" }));
    const differences = half[0]!.losses.map((loss, step) => Math.abs(loss / exact[0]!.losses[step]! - 1));
    // Found: 1.0e-4.
    expect(Math.max(...differences)).toBeLessThan(5e-4);
    expect(half[0]!.losses).not.toEqual(exact[0]!.losses);
    for (const rank of half.slice(1)) {
      expect(rank.losses).toEqual(half[0]!.losses);
      expect(rank.tensors).toEqual(half[0]!.tensors);
    }
  });

  it.each([
    { world: 2, gradients: "f32", precision: "f32" },
    { world: 3, gradients: "f16", precision: "f32" },
    { world: 4, gradients: "f32", precision: "f32" },
    { world: 2, gradients: "f32", precision: "f16" },
  ] as const)("by $world ranks that divide the optimizer state leaves the bits of ranks that do not (gradients $gradients, build $precision)", async ({ world, gradients, precision }) => {
    const whole = await valuesOf(world, (group) => train(group, new Array<number>(world).fill(1), { gradients }, { precision }, FEW));
    const sharded = await valuesOf(world, (group) => trainSharded(group, gradients, { precision }));
    for (const rank of sharded) {
      expect(rank.losses).toEqual(whole[0]!.losses);
      expect(rank.tensors).toEqual(whole[0]!.tensors);
    }
    // Two moments of each weight, and nothing else, are held once by all ranks together; loss scaling is on each.
    const scaler = precision === "f16" ? 1024 : 0;
    const moments = 2 * (16640 + 4608 + 1280);
    for (const { bytes, saved } of sharded) {
      expect(bytes - scaler).toBe(moments - saved);
      // A block of each net's two buffers more, at most; who holds nothing of one has a block of it all the same.
      expect(bytes - scaler).toBeLessThanOrEqual(moments / world + 2 * 3 * 256);
    }
  });

  it.each(["f32", "f16"] as const)("whose gradients (exchanged as %s) overflow on one rank moves nothing on any", async (gradients) => {
    const ranks = await valuesOf(2, async (group) => {
      const session = await open(2, { precision: "f16" });
      const parallel = new ParallelSession(session, group, sharesOf(2, [1, 1])[group.rank]!, { gradients, bucketBytes: 4096 });
      opened.push(parallel);
      const before = await session.readTensors();
      const { clip, valid } = smallBatch(0, 2) as { clip: Float32Array; valid: Int32Array };
      // A scale that takes this rank's gradients, and no other's, past what f16 holds.
      session.writeTensor("loss_scale", Float32Array.of(group.rank === 1 ? 2 ** 40 : 2 ** 12));
      await parallel.run("step", { step: 0, seed: 4, inputs: { clip, valid } }).outputs();
      const after = await session.readTensors();
      const moved = [...after.keys()].filter((name) => !name.endsWith("_scale") && !name.endsWith("_steps") && !Buffer.from(before.get(name)!.buffer).equals(Buffer.from(after.get(name)!.buffer)));
      return { moved, skipped: after.get("skipped_steps")![0] };
    });
    expect(ranks).toEqual([0, 1].map(() => ({ moved: [], skipped: 1 })));
  });

  it("stops on all ranks after the same step when one is asked to", async () => {
    const stopped = await valuesOf(2, async (group) => {
      const session = await open(2);
      const asked = new AbortController();
      const parallel = new ParallelSession(session, group, sharesOf(2, [1, 1])[group.rank]!, { signal: asked.signal });
      opened.push(parallel);
      const seen: boolean[] = [];
      for (let step = 0; step < 4; step++) {
        if (group.rank === 1 && step === 2) asked.abort();
        const { clip, valid } = smallBatch(step, 2) as { clip: Float32Array; valid: Int32Array };
        await parallel.run("step", { step, seed: 4, inputs: { clip, valid }, read: ["loss"] }).outputs();
        seen.push(parallel.stop.aborted);
      }
      return seen;
    });
    expect(stopped).toEqual([[false, false, true, true], [false, false, true, true]]);
  });

  it("counts what is hidden of the exchanges", async () => {
    const [hidden] = await valuesOf(2, async (group) => {
      const parallel = new ParallelSession(await open(2), group, sharesOf(2, [1, 1])[group.rank]!);
      opened.push(parallel);
      const { clip, valid } = smallBatch(0, 2) as { clip: Float32Array; valid: Int32Array };
      await parallel.run("step", { step: 0, seed: 4, inputs: { clip, valid }, read: ["loss"] }).outputs();
      return parallel.clock;
    });
    expect(hidden!.steps).toBe(1);
    expect(hidden!.total).toBeGreaterThanOrEqual(hidden!.exchanging);
    expect(hidden!.hidden).toBeLessThanOrEqual(1);
  });
});

describe("replicas", () => {
  it("start from rank 0's state, and one that differs is named", async () => {
    const results = await asGroup(3, async (group) => {
      const session = await open(1);
      session.run("init", { step: 0, seed: group.rank, read: [] });
      const replicas = new Replicas(session, group);
      opened.push({ dispose: () => replicas.destroy() });
      await replicas.spread();
      const name = session.plan.tensors[0]!.name;
      const spread = await session.readTensor(name);
      await replicas.check(7);
      if (group.rank === 2) session.writeTensor(name, spread.map((value, i) => (i === 5 ? value + 1e-7 : value)));
      const error: unknown = await replicas.check(8).catch((reason: unknown) => reason);
      return { spread, error };
    });
    const [first, ...rest] = results.map((result) => (result.status === "fulfilled" ? result.value : null));
    for (const other of rest) expect(other!.spread).toEqual(first!.spread);
    for (const each of [first, ...rest]) expect(each!.error).toMatchObject({ code: "JR720", message: "rank 2 holds other weights than the rest after step 8" });
  });
});
