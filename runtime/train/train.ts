import type { DataIdentity } from "../checkpoint/info.ts";
import { ClipLoader } from "../data/clip-loader.ts";
import type { SkippedClip } from "../data/clip-problem.ts";
import type { ClipSource } from "../data/clip-source.ts";
import { openClips } from "../data/open-clips.ts";
import { UserError } from "../errors.ts";
import { loadPlan } from "../plan/read.ts";
import { audioNeed, type AudioNeed, type BatchSource } from "./batches.ts";
import { sourceIdentity } from "./identity.ts";
import { stepProgram } from "./loop.ts";
import { RunFolder } from "./run-folder.ts";
import { runTraining, type RunData, type RunResult, type RunSettings } from "./run-training.ts";
import { versions } from "./versions.ts";
import { withSession } from "./with-session.ts";

export interface TrainOptions extends RunSettings {
  /** What `jepac build` wrote. */
  readonly buildDir: string;
  /** Clips: a folder of audio files, a tar, or prepared shards. Needed by models with an audio input. */
  readonly data?: string | undefined;
  /** A part of the GPU's name, or `software`. */
  readonly adapter?: string | undefined;
}

export interface TrainResult extends RunResult {
  /** Clips that proved unusable, when the data was opened or later. */
  readonly skipped: readonly SkippedClip[];
}

/**
 * Trains the model of a build folder on real clips: opens device and data, then `runTraining`.
 * @throws UserError JR1xx device, JR2xx plan, JR3xx execution, JR4xx data, JR50x-JR52x files, checkpoints, training
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const loaded = await loadPlan(options.buildDir);
  const need = audioNeed(stepProgram(loaded.plan));
  // Asked again by the run itself; here so that a wrong --out is refused before hours of audio are listed.
  await new RunFolder(options.out).start(options.resume ?? false);
  const source = need && (await openSource(need, options.data));
  try {
    const feed = need && source ? new Feed(source, need, options.data!) : null;
    const result = await withSession(loaded, options.adapter, (session, gpu) =>
      runTraining({ plan: loaded.plan, session, adapter: gpu.name, versions: versions(), build: options.buildDir, data: feed }, options),
    );
    return { ...result, skipped: feed?.skipped ?? [] };
  } finally {
    await source?.close();
  }
}

async function openSource(need: AudioNeed, data: string | undefined): Promise<ClipSource> {
  if (data === undefined) throw new UserError("JR527", "this model is trained on audio, and --data is missing", "Name a folder of clips, for example --data clips/.");
  return openClips(data, { rate: need.rate });
}

/** The batches of a source, and what it had to leave out. */
class Feed implements RunData {
  readonly path: string;
  readonly identity: DataIdentity;
  readonly batch: number;
  readonly #source: ClipSource;
  readonly #need: AudioNeed;
  #loader: ClipLoader | null = null;

  constructor(source: ClipSource, need: AudioNeed, path: string) {
    if (need.batch === null) throw new UserError("JR526", "the number of clips a step must be fixed, not a runtime size");
    this.path = path;
    this.identity = sourceIdentity(source);
    this.batch = need.batch;
    this.#source = source;
    this.#need = need;
  }

  batches(seed: number): BatchSource {
    const { samples, crop } = this.#need;
    this.#loader = new ClipLoader(this.#source, { batch: this.batch, samples, crop, seed });
    return this.#loader;
  }

  get skipped(): readonly SkippedClip[] {
    return [...this.#source.skipped, ...(this.#loader?.skipped ?? [])];
  }
}
