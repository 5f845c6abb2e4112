import type { SkippedClip } from "../data/clip-problem.ts";
import { loadPlan } from "../plan/read.ts";
import { Feed } from "./feed.ts";
import { stepProgram } from "./loop.ts";
import { RunFolder } from "./run-folder.ts";
import { runTraining, type RunResult, type RunSettings } from "./run-training.ts";
import { versions } from "./versions.ts";
import { withSession } from "./with-session.ts";

export interface TrainOptions extends RunSettings {
  /** What `jepac build` wrote. */
  readonly buildDir: string;
  /** Clips: a folder of audio files, a tar, or prepared shards. Needed by models with an audio input. */
  readonly data?: string | undefined;
  /** A part of the GPU's name, or `software`. */
  readonly adapter?: string | undefined;
  /** How the devices of a run exchange gradients: in half precision, or as they are ("f32", the default). */
  readonly gradients?: "f32" | "f16" | undefined;
  /** Whether each device of a run holds only a part of the optimizer state. */
  readonly shardOptimizer?: boolean | undefined;
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
  stepProgram(loaded.plan);
  // Asked again by the run itself; here so that a wrong --out is refused before hours of audio are listed.
  await new RunFolder(options.out).start(options.resume ?? false);
  const feed = await Feed.open(loaded.plan, options.data);
  try {
    const result = await withSession(loaded, options.adapter, (session, gpu) =>
      runTraining({ plan: loaded.plan, session, adapter: gpu.name, versions: versions(), build: options.buildDir, data: feed }, options),
    );
    return { ...result, skipped: feed?.skipped ?? [] };
  } finally {
    await feed?.close();
  }
}
