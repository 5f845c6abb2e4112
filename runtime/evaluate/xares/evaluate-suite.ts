import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomic, writeBytes } from "../../checkpoint/atomic-write.ts";
import { fileProblem } from "../../checkpoint/file-problem.ts";
import { findCheckpoint } from "../../checkpoint/find.ts";
import { UserError } from "../../errors.ts";
import { Session } from "../../execute/index.ts";
import { openGpu, type Gpu } from "../../gpu/index.ts";
import { loadPlan, type LoadedPlan } from "../../plan/read.ts";
import { versions } from "../../train/versions.ts";
import { embeddingDigest, type Weights } from "../embedding-digest.ts";
import { Embedder, embedderShape } from "../embedder.ts";
import type { ProbeSource } from "../probe/probe-source.ts";
import { initWeights, loadWeights } from "../weights.ts";
import { gather, type SampleSet } from "./sample-set.ts";
import { scoreTask, type ScoringTools } from "./score-task.ts";
import type { ScoredTask, TaskOutcome } from "./scores.ts";
import { shardFeatures, type FeatureCache, type ShardFeatures } from "./shard-features.ts";
import type { Shard } from "./shards.ts";
import type { SuiteTask } from "./task.ts";
import { findTask, type TaskShards } from "./task-data.ts";

export interface SuiteOptions {
  /** What `jepac build` wrote. */
  readonly buildDir: string;
  /** A run's folder stands for its latest checkpoint. */
  readonly weights: Weights;
  /** The folder of the tasks' folders. */
  readonly data: string;
  readonly tasks: readonly SuiteTask[];
  /** Where embeddings and finished scores are kept. */
  readonly cache: string;
  readonly probes: ProbeSource;
  /** Also train the attentive probe. */
  readonly attentive?: boolean;
  readonly seed?: number;
  /** The text of bert-base-uncased's vocab.txt, for the captions of Clotho. */
  readonly vocabulary?: string | undefined;
  readonly adapter?: string | undefined;
  /** The exported function, `embed` by default. */
  readonly program?: string | undefined;
  readonly onProgress?: (task: SuiteTask, what: string, done: number, total: number) => void;
  readonly onTask?: (outcome: TaskOutcome) => void;
}

export interface SuiteResult {
  readonly model: string;
  /** The file; null for the untrained network. */
  readonly checkpoint: string | null;
  readonly digest: string;
  readonly seed: number;
  readonly tasks: readonly TaskOutcome[];
}

/**
 * Scores a frozen encoder on every task of X-ARES whose data are there (reference 2). A task that cannot be scored does not
 * stop the others. What is finished is kept: a run broken off goes on where it was.
 * @throws UserError JR1xx device, JR2xx plan, JR503 no folder of data, JR51x checkpoint, JR60x embedding
 */
export async function evaluateSuite(options: SuiteOptions): Promise<SuiteResult> {
  const { seed = 42, program = "embed" } = options;
  const loaded = await loadPlan(options.buildDir);
  await readdir(options.data).catch((error: unknown) => {
    throw fileProblem(error, "read", options.data);
  });
  // Found once: a run that trains on meanwhile has a newer checkpoint soon.
  const weights: Weights = "seed" in options.weights ? options.weights : { checkpoint: await findCheckpoint(options.weights.checkpoint) };
  const digest = await embeddingDigest(loaded, program, weights);
  const encoder = new LazyEncoder(loaded, weights, program, options.adapter);
  const tasks: TaskOutcome[] = [];
  try {
    for (const task of options.tasks) {
      const outcome = await outcomeOf(task, { ...options, seed }, encoder, digest);
      options.onTask?.(outcome);
      tasks.push(outcome);
    }
  } finally {
    encoder.close();
  }
  return { model: loaded.plan.model, checkpoint: "seed" in weights ? null : weights.checkpoint, digest, seed, tasks };
}

async function outcomeOf(task: SuiteTask, options: SuiteOptions & { readonly seed: number }, encoder: LazyEncoder, digest: string): Promise<TaskOutcome> {
  try {
    const found = await findTask(options.data, task);
    if ("why" in found) return { status: "missing", task: task.name, ...found };
    const folder = join(options.cache, digest, task.name);
    const key = scoreKey(task, found, options);
    return (await readKept(folder, key)) ?? (await score(task, found, options, encoder, folder, key));
  } catch (error) {
    if (!(error instanceof UserError) || !/^JR6/.test(error.code)) throw error;
    return { status: "failed", task: task.name, why: error.message };
  }
}

async function score(task: SuiteTask, { sets, rounds }: TaskShards, options: SuiteOptions & { readonly seed: number }, encoder: LazyEncoder, folder: string, key: string): Promise<ScoredTask> {
  const progress = (what: string, done: number, total: number): void => options.onProgress?.(task, what, done, total);
  const cache: FeatureCache = { folder, embedder: () => encoder.embedder(), crop: task.crop };
  const means = task.metric.kind !== "segment-f1" && !options.attentive;
  const gathered = new Map<string, SampleSet>();
  const clips = [...sets.values()].flat().reduce((sum, { listing }) => sum + listing.files.length, 0);
  let done = 0;
  async function* features(shards: readonly Shard[]): AsyncGenerator<ShardFeatures> {
    for (const shard of shards) {
      yield await shardFeatures(shard, cache, (embedded) => {
        progress("embedding", done + embedded, clips);
      });
      done += shard.listing.files.length;
    }
  }
  for (const [name, shards] of sets) gathered.set(name, await gather(features(shards), task.labels, means));
  const tools: ScoringTools = {
    gpu: () => encoder.gpu(),
    probes: options.probes,
    attentive: options.attentive ?? false,
    seed: options.seed,
    hop: encoder.hop,
    vocabulary: options.vocabulary,
    onProgress: progress,
  };
  const skipped = [...gathered.values()].flatMap((set) => set.skipped);
  const outcome: ScoredTask = { ...(await scoreTask(task, gathered, rounds, tools)), skipped };
  await writeAtomic(join(folder, `${key}.scores.json`), (file) => writeBytes(file, new TextEncoder().encode(JSON.stringify(outcome))));
  return outcome;
}

/** A hash of all that decides a task's scores beside the embeddings' own digest. */
function scoreKey(task: SuiteTask, { sets }: TaskShards, { seed, attentive = false, vocabulary = "", probes }: SuiteOptions): string {
  const shards = [...sets.values()].flat().map(({ name, digest }) => [name, digest]);
  return createHash("sha256").update(JSON.stringify([task, shards, seed, attentive, vocabulary, probes.digest, versions()["runtime"]])).digest("hex").slice(0, 16);
}

async function readKept(folder: string, key: string): Promise<ScoredTask | null> {
  try {
    return JSON.parse(await readFile(join(folder, `${key}.scores.json`), "utf8")) as ScoredTask;
  } catch {
    return null;
  }
}

/** The device, and the encoder on it, opened when they are first needed. */
class LazyEncoder {
  readonly hop: number;
  readonly #loaded: LoadedPlan;
  readonly #weights: Weights;
  readonly #program: string;
  readonly #adapter: string | undefined;
  #gpu: Gpu | undefined;
  #session: Session | undefined;
  #embedder: Embedder | undefined;

  constructor(loaded: LoadedPlan, weights: Weights, program: string, adapter: string | undefined) {
    const { samples, steps, rate } = embedderShape(loaded.plan, program);
    this.hop = samples / steps / rate;
    this.#loaded = loaded;
    this.#weights = weights;
    this.#program = program;
    this.#adapter = adapter;
  }

  async gpu(): Promise<Gpu> {
    return (this.#gpu ??= await openGpu({ adapter: this.#adapter }));
  }

  async embedder(): Promise<Embedder> {
    if (this.#embedder) return this.#embedder;
    this.#session = await Session.open(this.#loaded, await this.gpu());
    if ("seed" in this.#weights) await initWeights(this.#session, this.#weights.seed);
    else await loadWeights(this.#loaded.plan, this.#session, this.#weights.checkpoint);
    return (this.#embedder = new Embedder(this.#loaded.plan, this.#session, this.#program));
  }

  close(): void {
    this.#session?.dispose();
    this.#gpu?.destroy();
  }
}
