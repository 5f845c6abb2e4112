import type { DataIdentity } from "../checkpoint/info.ts";
import { ClipLoader } from "../data/clip-loader.ts";
import type { SkippedClip } from "../data/clip-problem.ts";
import type { ClipSource } from "../data/clip-source.ts";
import { openClips } from "../data/open-clips.ts";
import { UserError } from "../errors.ts";
import type { Plan } from "../plan/schema.ts";
import { audioNeed, type AudioNeed, type BatchSource } from "./batches.ts";
import { sourceIdentity } from "./identity.ts";
import { stepProgram } from "./loop.ts";
import type { RunData } from "./run-training.ts";

/** The clips of each step that one process loads: `count` after the first `before`. */
export interface ClipShare {
  readonly before: number;
  readonly count: number;
}

/** The batches of a source of clips, and what it had to leave out. */
export class Feed implements RunData {
  readonly path: string;
  readonly identity: DataIdentity;
  /** Clips of a step, of all processes together. */
  readonly batch: number;
  private readonly source: ClipSource;
  private readonly need: AudioNeed;
  private share: ClipShare;
  private loader: ClipLoader | null = null;

  private constructor(source: ClipSource, need: AudioNeed, path: string) {
    if (need.batch === null) throw new UserError("JR526", "the number of clips a step must be fixed, not a runtime size");
    this.path = path;
    this.identity = sourceIdentity(source);
    this.batch = need.batch;
    this.source = source;
    this.need = need;
    this.share = { before: 0, count: need.batch };
  }

  /**
   * Opens the clips that a plan's training step asks for; null where it takes none.
   * @throws UserError JR526 inputs that nothing can fill, JR527 no `data`, JR4xx clips that cannot be used
   */
  static async open(plan: Plan, data: string | undefined): Promise<Feed | null> {
    const need = audioNeed(stepProgram(plan));
    if (need === null) return null;
    if (data === undefined) throw new UserError("JR527", "this model is trained on audio, and --data is missing", "Name a folder of clips, for example --data clips/.");
    return new Feed(await openClips(data, { rate: need.rate }), need, data);
  }

  /** From here on, batches hold this share of a step's clips only. */
  take(share: ClipShare): void {
    this.share = share;
  }

  batches(seed: number): BatchSource {
    const { samples, crop } = this.need;
    const { before, count } = this.share;
    this.loader = new ClipLoader(this.source, { batch: count, clipsBefore: before, clipsOfStep: this.batch, samples, crop, seed });
    return this.loader;
  }

  get skipped(): readonly SkippedClip[] {
    return [...this.source.skipped, ...(this.loader?.skipped ?? [])];
  }

  close(): Promise<void> {
    return Promise.resolve(this.source.close());
  }
}
