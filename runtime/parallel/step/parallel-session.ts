import type { HostArray, RunHandle, RunRequest, Session } from "../../execute/index.ts";
import type { PhasesPlan } from "../../plan/schema.ts";
import type { PlanSession, Running, RunOptions, Values } from "../../train/session.ts";
import type { Collective } from "../collective.ts";
import { Serial } from "../serial.ts";
import type { RankPlan } from "../shard/rank-plan.ts";
import { ShardedState } from "../shard/sharded-state.ts";
import { WeightsGather } from "../shard/weights-gather.ts";
import { BucketExchange } from "./bucket-exchange.ts";
import { bucketsOf } from "./buckets.ts";
import { HangWatch } from "./hang-watch.ts";
import type { SumFormat } from "../sum/piece-sum.ts";
import type { Share } from "./shares.ts";
import { StepClock } from "./step-clock.ts";
import { wireOf, type Wire } from "./wire.ts";

/** Steps between two checks of the replicas: reading all weights once in so many steps costs nothing that shows. */
const CHECK_EVERY = 100;

export interface ParallelOptions {
  /** Aborted where this process is asked to stop: all ranks then stop after the same step. */
  readonly signal?: AbortSignal | undefined;
  readonly bucketBytes?: number | undefined;
  /** How gradients travel; f32 when absent. The same on all ranks. */
  readonly gradients?: SumFormat | undefined;
  /** Where optimizer state is divided: what the session's plan was made by, with buckets of `bucketBytes`. */
  readonly shard?: RankPlan | undefined;
  /** Called after every `checkEvery` steps, at the same point on all ranks. */
  readonly check?: ((stepsDone: number) => Promise<void>) | undefined;
  readonly checkEvery?: number | undefined;
}

/** What a step came to, on all ranks together. */
interface Outcome {
  readonly values: Readonly<Record<string, Values>>;
  readonly stop: boolean;
}

/**
 * A training step shared by the ranks of a group. Each computes its share of the passes; the gradients are summed over
 * all ranks bucket by bucket while the last pass goes on; then each makes the same updates, or where optimizer state is divided those
 * of its part, which all others get from it. So all hold the weights that
 * one device would have after the whole batch, up to the order of the sums, and the same bits as each other.
 */
export class ParallelSession implements PlanSession {
  /** Aborted once some rank was asked to stop, on every rank after the outputs of the same step. */
  readonly stop: AbortSignal;
  /** How long steps and their exchanges took. */
  readonly clock = new StepClock();
  private readonly session: Session;
  private readonly group: Collective;
  private readonly share: Share;
  private readonly phases: PhasesPlan;
  private readonly wire: Wire;
  private readonly exchanges: readonly BucketExchange[];
  /** Of a run that divides its optimizer state. */
  private readonly gather: WeightsGather | undefined;
  readonly sharded: ShardedState;
  private readonly stopping = new AbortController();
  private readonly options: ParallelOptions;
  private readonly hang: HangWatch;
  private readonly serial = new Serial();

  constructor(session: Session, group: Collective, share: Share, options: ParallelOptions = {}) {
    this.session = session;
    this.group = group;
    this.share = share;
    this.phases = session.plan.programs["step"]!.phases!;
    const buckets = bucketsOf(this.phases.gradients, options.bucketBytes);
    this.wire = wireOf(options.gradients ?? "f32", session, Math.max(...buckets.map(({ bytes }) => bytes)));
    const { shard } = options;
    this.exchanges = buckets.map((bucket) => new BucketExchange(session, group, bucket, this.wire, shard?.wholeGradients === false));
    this.gather = shard && new WeightsGather(session, group, buckets, shard.families);
    this.sharded = new ShardedState(session, group, shard);
    this.options = options;
    this.hang = new HangWatch(`rank ${group.rank}'s device '${session.gpu.info.name}'`);
    this.stop = this.stopping.signal;
  }

  /** A step's `inputs` are those of this rank's share. Other programs run as they are. */
  run(program: string, options: RunOptions): Running {
    if (program !== "step") return this.session.run(program, options);
    const { sizes } = this.session.describeRun(program, options);
    const outcome = this.serial.run(() => this.step(options));
    outcome.catch(() => undefined); // whoever asks for the outputs gets the error
    const outputs = async (): Promise<Outcome["values"]> => {
      const { values, stop } = await outcome;
      if (stop) this.stopping.abort();
      return values;
    };
    return { sizes, outputs };
  }

  /** Of divided optimizer state, all ranks must read the same tensors in the same order: see `ShardedState`. */
  readTensor(name: string): Promise<Float32Array> {
    return this.sharded.has(name) ? this.sharded.read(name) : this.session.readTensor(name);
  }

  writeTensor(name: string, values: Float32Array): void {
    if (this.sharded.has(name)) this.sharded.hold(name, values);
    else this.session.writeTensor(name, values);
  }

  dispose(): void {
    for (const exchange of this.exchanges) exchange.destroy();
    this.wire.destroy();
    this.gather?.destroy();
  }

  private async step({ step, seed, sizes, inputs = {}, read }: RunOptions): Promise<Outcome> {
    const { passes, clips, updateFrom, gradients } = this.phases;
    const { dispatches } = this.session.plan.programs["step"]!;
    this.clock.begin();
    if (passes > 1) for (const buffer of new Set(gradients.map((range) => range.buffer))) this.session.zero(this.session.plan.buffers[buffer]!.name);
    const computed: RunHandle[] = [];
    for (let pass = 0; pass < this.share.count; pass++) {
      const key = { step, seed, sizes, firstClip: (this.share.first + pass) * clips, inputs: this.inputsOf(pass, inputs) };
      let from = 0;
      if (pass === this.share.count - 1) from = this.submitBuckets(key);
      computed.push(this.session.run("step", { ...key, read, part: { from, to: updateFrom } }));
    }
    this.clock.watch(this.session.gpu.device.queue.onSubmittedWorkDone());
    for (const exchange of this.exchanges) {
      await this.hang.wait(step, exchange.arrived());
      await this.clock.exchange(() => exchange.sum());
    }
    this.session.submitPart("step", { step, seed, sizes, part: { from: updateFrom, to: dispatches.length } });
    const { gather } = this;
    if (gather) await this.clock.exchange(() => gather.run((mapped) => this.hang.wait(step, mapped)));
    this.clock.end();
    const outcome = await this.outcomeOf(computed);
    const { check, checkEvery = CHECK_EVERY } = this.options;
    if (check && (step + 1) % checkEvery === 0) await check(step + 1);
    return outcome;
  }

  /** Submits a pass in parts, each followed by the copy of what it has finished. Gives the first dispatch that is left. */
  private submitBuckets(key: RunRequest): number {
    let from = 0;
    for (const exchange of this.exchanges) {
      const to = exchange.bucket.after + 1;
      this.session.submitPart("step", { ...key, part: { from, to } }, (encoder) => exchange.encodeOut(encoder));
      from = to;
    }
    return from;
  }

  /** Of inputs with a row for each clip, the rows of one pass. */
  private inputsOf(pass: number, inputs: Readonly<Record<string, Values>>): Record<string, HostArray> {
    const ports = this.session.plan.programs["step"]!.inputs;
    return Object.fromEntries(
      Object.entries(inputs).map(([name, values]) => {
        if (ports.find((port) => port.name === name)?.perClip !== true) return [name, values];
        const each = values.length / this.share.count;
        return [name, values.subarray(pass * each, (pass + 1) * each)];
      }),
    );
  }

  /** Means over all passes of all ranks, and whether anyone was asked to stop: one small exchange. */
  private async outcomeOf(computed: readonly RunHandle[]): Promise<Outcome> {
    const all: Record<string, HostArray>[] = [];
    for (const run of computed) all.push(await run.outputs());
    const names = Object.keys(all[0]!);
    const lengths = names.map((name) => all[0]![name]!.length);
    const sums = new Float32Array(1 + lengths.reduce((a, b) => a + b, 0));
    sums[0] = this.options.signal?.aborted === true ? 1 : 0;
    let at = 1;
    for (const [i, name] of names.entries()) {
      for (let k = 0; k < lengths[i]!; k++) sums[at++] = all.reduce((sum, values) => sum + values[name]![k]!, 0) / this.phases.passes;
    }
    await this.group.allReduceSum(sums, sums);
    at = 1;
    const values = Object.fromEntries(names.map((name, i) => [name, sums.slice(at, (at += lengths[i]!))]));
    return { values, stop: sums[0] > 0 };
  }
}
