import { UserError } from "../errors.ts";
import { ClipProblem, type SkippedClip } from "./clip-problem.ts";
import { noUsableClip, type ClipSource } from "./clip-source.ts";
import { below, epochOrder, hash32 } from "./counter-hash.ts";

export interface ClipLoaderOptions {
  /** Clips of a batch, on this rank. */
  readonly batch: number;
  /** Samples per clip: longer clips are cropped, shorter ones zero padded at the end. */
  readonly samples: number;
  /** Any 32-bit integer: fixes the order of the clips and the places of random crops. */
  readonly seed: number;
  /** Where longer clips are cut: at their start (default), or at a place drawn anew each time. */
  readonly crop?: "start" | "random";
  /** Clips of a step on all ranks together (those of `batch`), and how many of them stand before this rank's (none). */
  readonly clipsOfStep?: number;
  readonly clipsBefore?: number;
  /** Batches read ahead of the one asked for (2). */
  readonly prefetch?: number;
}

export interface ClipBatch {
  readonly step: number;
  /** f32[batch, samples], row-major. */
  readonly clip: Float32Array;
  /** i32[batch]: samples of each row that are real; the rest is zero. */
  readonly valid: Int32Array;
  readonly names: readonly string[];
  readonly labels: readonly (string | undefined)[];
}

// Keep draws for different purposes apart.
const CROP = 0x63726f70;
const REPLACE = 0x7265706c;

/**
 * Training batches. The batch of a step is a function of (source, options, step) alone: positions
 * step*clipsOfStep ... run through one shuffled epoch after another, so resuming needs only the step number, and ranks
 * that share a step see together what one that has it alone would. An unusable clip is replaced
 * by one that depends only on the seed and the position, and is named in `skipped`.
 */
export class ClipLoader {
  private readonly source: ClipSource;
  private readonly options: Required<ClipLoaderOptions>;
  private readonly bad = new Map<number, SkippedClip>();
  /** A batch may reach over the end of an epoch: two orders are kept. */
  private readonly orders = new Map<number, Uint32Array>();
  private readonly ahead = new Map<number, Promise<ClipBatch>>();
  private last: Promise<unknown> = Promise.resolve();

  /** Throws UserError JR402 (nothing to load) or JR406 (impossible options). */
  constructor(source: ClipSource, options: ClipLoaderOptions) {
    this.source = source;
    this.options = { crop: "start", clipsOfStep: options.batch, clipsBefore: 0, prefetch: 2, ...options };
    const { batch, samples, clipsOfStep, clipsBefore } = this.options;
    for (const [name, value] of Object.entries({ batch, samples, clipsOfStep })) {
      if (!(Number.isInteger(value) && value > 0)) throw new UserError("JR406", `${name} must be a whole number above 0, not ${value}`);
    }
    const most = clipsOfStep - batch;
    if (!(Number.isInteger(clipsBefore) && clipsBefore >= 0 && clipsBefore <= most)) throw new UserError("JR406", `clipsBefore must be from 0 to ${most}, not ${clipsBefore}`);
    if (source.count === 0) throw noUsableClip("the clip source", source.skipped);
  }

  /** Clips found unusable so far while loading, in the order of their numbers. */
  get skipped(): readonly SkippedClip[] {
    return [...this.bad].sort((a, b) => a[0] - b[0]).map(([, clip]) => clip);
  }

  /** Steps (of all ranks together) that make one pass over the clips; usually not whole. */
  get stepsPerEpoch(): number {
    return this.source.count / this.options.clipsOfStep;
  }

  /** The batch of `step` (from 0), with the next ones begun. Throws UserError JR402 when every clip has proved unusable. */
  batch(step: number): Promise<ClipBatch> {
    const wanted = this.begin(step);
    for (const known of this.ahead.keys()) {
      if (known <= step || known > step + this.options.prefetch) this.ahead.delete(known);
    }
    for (let next = step + 1; next <= step + this.options.prefetch; next++) void this.begin(next);
    return wanted;
  }

  /** One batch after the other, so that the next one is ready first. */
  private begin(step: number): Promise<ClipBatch> {
    const known = this.ahead.get(step);
    if (known) return known;
    const made = this.last.then(() => this.make(step));
    this.last = made.catch(() => undefined); // whoever asks for this step gets the error
    this.ahead.set(step, made);
    return made;
  }

  private async make(step: number): Promise<ClipBatch> {
    const { batch, samples, clipsOfStep, clipsBefore } = this.options;
    const clip = new Float32Array(batch * samples);
    const first = step * clipsOfStep + clipsBefore;
    const rows = await Promise.all(
      Array.from({ length: batch }, (_, row) => this.fill(clip.subarray(row * samples, (row + 1) * samples), first + row)),
    );
    return {
      step,
      clip,
      valid: Int32Array.from(rows, ({ valid }) => valid),
      names: rows.map(({ index }) => this.source.name(index)),
      labels: rows.map(({ index }) => this.source.label(index)),
    };
  }

  /** Puts the clip of a position in the endless sequence of epochs into `row`. */
  private async fill(row: Float32Array, position: number): Promise<{ index: number; valid: number }> {
    for (let attempt = 0; attempt <= this.source.count; attempt++) {
      const index = attempt === 0 ? this.scheduled(position) : this.replacement(position, attempt);
      if (this.bad.has(index)) continue;
      try {
        const samples = await this.cropped(index, position, row.length);
        row.set(samples);
        return { index, valid: samples.length };
      } catch (error) {
        if (!(error instanceof ClipProblem)) throw error;
        this.bad.set(index, { name: this.source.name(index), reason: error.reason, detail: error.message });
      }
    }
    throw noUsableClip("the clip source", [...this.source.skipped, ...this.skipped]);
  }

  private async cropped(index: number, position: number, wanted: number): Promise<Float32Array> {
    const startOf = (length: number) =>
      this.options.crop === "random" && length > wanted ? below(length - wanted + 1, this.options.seed, CROP, ...words(position)) : 0;
    const known = this.source.samples(index);
    if (known !== undefined) return this.source.read(index, startOf(known), wanted);
    const whole = await this.source.read(index);
    const start = startOf(whole.length);
    return whole.subarray(start, start + wanted);
  }

  private scheduled(position: number): number {
    const { count } = this.source;
    const epoch = Math.floor(position / count);
    let order = this.orders.get(epoch);
    if (!order) {
      order = epochOrder(count, this.options.seed, epoch);
      if (this.orders.size >= 2) this.orders.delete(this.orders.keys().next().value!);
      this.orders.set(epoch, order);
    }
    return order[position - epoch * count]!;
  }

  /** Starts at a drawn clip and goes on from there: every clip is tried before giving up. */
  private replacement(position: number, attempt: number): number {
    const start = hash32(this.options.seed, REPLACE, ...words(position)) % this.source.count;
    return (start + attempt - 1) % this.source.count;
  }
}

/** A position may pass 2^32. */
function words(position: number): [low: number, high: number] {
  return [position % 2 ** 32, Math.floor(position / 2 ** 32)];
}
