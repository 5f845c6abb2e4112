import { ClipProblem, type SkippedClip } from "../data/clip-problem.ts";
import type { ClipSource } from "../data/clip-source.ts";
import { UserError } from "../errors.ts";
import type { Embedder } from "./embedder.ts";

/** The tokens of one window of one clip, or of one piece of a clip where clips are cut into pieces. */
export interface EmbeddedWindow {
  /** The clip's number in the source. */
  readonly clip: number;
  readonly window: number;
  /** True for the last window of a clip, or of its piece. */
  readonly last: boolean;
  /** f32[tokens, dim]; the first `kept` tokens stand for real samples, the rest for padding. */
  readonly values: Float32Array;
  readonly kept: number;
}

interface Cut {
  readonly clip: number;
  readonly window: number;
  readonly last: boolean;
  readonly samples: Float32Array;
}

/**
 * Embeds every clip of a source, in order. A clip longer than the window is cut into windows that follow each other; the
 * last one is padded with zeros (reference 1.13). Runs are filled with windows of several clips; the next run is read
 * from disk while one computes. Unusable clips go to `skipped`. With `crop` (samples), every clip first becomes as many
 * pieces of this length as it holds, what remains is dropped, and a shorter clip is padded to one (reference 2.3).
 */
export async function* embedSource(embedder: Embedder, source: ClipSource, skipped: SkippedClip[], crop?: number): AsyncGenerator<EmbeddedWindow> {
  let under: { cuts: readonly Cut[]; result: () => Promise<Float32Array> } | null = null;
  for await (const cuts of inGroups(cutClips(source, embedder.shape.samples, crop, skipped), embedder.shape.rows)) {
    const next = { cuts, result: embedder.submit(cuts.map((cut) => cut.samples)) };
    if (under) yield* windowsOf(embedder, source, under.cuts, await under.result());
    under = next;
  }
  if (under) yield* windowsOf(embedder, source, under.cuts, await under.result());
}

function* windowsOf(embedder: Embedder, source: ClipSource, cuts: readonly Cut[], result: Float32Array): Generator<EmbeddedWindow> {
  const { tokens, dim } = embedder.shape;
  for (const [row, { clip, window, last, samples }] of cuts.entries()) {
    const values = result.subarray(row * tokens * dim, (row + 1) * tokens * dim);
    const kept = embedder.kept(samples.length);
    for (let i = 0; i < kept * dim; i++) {
      if (!Number.isFinite(values[i])) throw new UserError("JR602", `the embedding of '${source.name(clip)}' holds ${values[i]}`, "Take an earlier checkpoint; if it happens with every one, listen to that clip.");
    }
    yield { clip, window, last, values, kept };
  }
}

async function* cutClips(source: ClipSource, size: number, crop: number | undefined, skipped: SkippedClip[]): AsyncGenerator<Cut> {
  for (let clip = 0; clip < source.count; clip++) {
    try {
      yield* cutClip(source, clip, size, crop);
    } catch (error) {
      if (!(error instanceof ClipProblem)) throw error;
      skipped.push({ name: source.name(clip), reason: error.reason, detail: error.message });
    }
  }
}

/** Reads window by window where the length is known, so that an hour of audio need not fit in memory. */
async function* cutClip(source: ClipSource, clip: number, size: number, crop: number | undefined): AsyncGenerator<Cut> {
  const whole = source.samples(clip) === undefined ? await source.read(clip) : null;
  const length = whole?.length ?? source.samples(clip)!;
  const piece = crop ?? length;
  const pieces = Math.max(1, Math.floor(length / Math.max(1, piece)));
  const windows = Math.max(1, Math.ceil(piece / size));
  for (let start = 0; start < pieces * piece || start === 0; start += Math.max(1, piece)) {
    for (let window = 0; window < windows; window++) {
      const from = start + window * size;
      const wanted = Math.min(size, start + piece - from);
      const samples = whole ? whole.subarray(from, from + wanted) : await readWindow(source, clip, from, wanted);
      yield { clip, window, last: window === windows - 1, samples: crop === undefined ? samples : padded(samples, wanted) };
    }
  }
}

function padded(samples: Float32Array, length: number): Float32Array {
  if (samples.length === length) return samples;
  const longer = new Float32Array(length);
  longer.set(samples);
  return longer;
}

async function readWindow(source: ClipSource, clip: number, start: number, size: number): Promise<Float32Array> {
  try {
    return await source.read(clip, start, size);
  } catch (error) {
    // Its earlier windows are already on their way: it can no longer be skipped.
    if (start > 0 && error instanceof ClipProblem) throw new UserError("JR603", `'${source.name(clip)}' cannot be read beyond sample ${start}: ${error.message}`, "Remove the clip, or prepare the data again.");
    throw error;
  }
}

async function* inGroups<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
