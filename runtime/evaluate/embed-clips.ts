import { writeAtomic, writeBytes } from "../checkpoint/atomic-write.ts";
import type { SkippedClip } from "../data/clip-problem.ts";
import type { ClipSource } from "../data/clip-source.ts";
import { openClips } from "../data/open-clips.ts";
import { UserError } from "../errors.ts";
import { loadPlan } from "../plan/read.ts";
import { withSession } from "../train/with-session.ts";
import { embedSource } from "./embed-source.ts";
import { Embedder } from "./embedder.ts";
import { MeanPool } from "./mean-pool.ts";
import { NpyWriter } from "./npy.ts";
import { initWeights, loadWeights, type WeightsOrigin } from "./weights.ts";

/** `mean`: one vector a clip, the mean over its tokens. `tokens`: all vectors, one row a window. */
export type Pool = "mean" | "tokens";

export interface EmbedOptions {
  /** What `jepac build` wrote. */
  readonly buildDir: string;
  /** A checkpoint or a run's folder; null: the untrained network of `seed`. */
  readonly checkpoint: string | null;
  /** Clips: a folder of audio files, a tar, or prepared shards. */
  readonly data: string;
  /** The `.npy` to write; its index goes beside it as `.json`. */
  readonly out: string;
  readonly pool?: Pool | undefined;
  readonly seed?: number | undefined;
  /** A part of the GPU's name, or `software`. */
  readonly adapter?: string | undefined;
  /** The exported function, `embed` by default. */
  readonly program?: string | undefined;
  readonly onProgress?: ((clips: number, total: number) => void) | undefined;
}

export interface EmbedResult {
  readonly npy: string;
  readonly index: string;
  /** [clips, dim] for `mean`, [windows, tokens, dim] for `tokens`. */
  readonly shape: readonly number[];
  readonly skipped: readonly SkippedClip[];
}

/** The `.json` beside the array: what each row is. */
export interface EmbedIndex extends WeightsOrigin {
  readonly model: string;
  readonly pool: Pool;
  readonly shape: readonly number[];
  /** One a row, in the array's order; the label is null where the clip has none. */
  readonly rows: readonly EmbedRow[];
}

export interface EmbedRow {
  readonly name: string;
  readonly label: string | null;
  /** For `tokens`: which window of the clip, and how many of its leading tokens are not padding. */
  readonly window?: number;
  readonly kept?: number;
}

/**
 * Embeds clips with the frozen (averaged, where the model exports so) encoder and writes a NumPy array and its index.
 * @throws UserError JR1xx device, JR2xx plan, JR4xx data, JR51x checkpoint, JR60x embedding
 */
export async function embedClips(options: EmbedOptions): Promise<EmbedResult> {
  const loaded = await loadPlan(options.buildDir);
  const npy = options.out.endsWith(".npy") ? options.out : `${options.out}.npy`;
  return withSession(loaded, options.adapter, async (session) => {
    const embedder = new Embedder(loaded.plan, session, options.program);
    const source = await openClips(options.data, { rate: embedder.shape.rate });
    try {
      const { checkpoint, seed = 0, pool = "mean" } = options;
      const origin = checkpoint === null ? await initWeights(session, seed) : await loadWeights(loaded.plan, session, checkpoint);
      const { rows, shape, skipped } = await writeEmbeddings(npy, pool, embedder, source, options.onProgress);
      const index = `${npy.slice(0, -".npy".length)}.json`;
      const content: EmbedIndex = { model: loaded.plan.model, ...origin, pool, shape, rows };
      await writeAtomic(index, (file) => writeBytes(file, new TextEncoder().encode(`${JSON.stringify(content, null, 1)}\n`)));
      return { npy, index, shape, skipped: [...source.skipped, ...skipped] };
    } finally {
      await source.close();
    }
  });
}

/** Embeds every clip of a source into a `.npy`, a run's worth of windows in memory at a time. */
export async function writeEmbeddings(
  npy: string,
  pool: Pool,
  embedder: Embedder,
  source: ClipSource,
  onProgress: EmbedOptions["onProgress"],
): Promise<{ rows: EmbedRow[]; shape: readonly number[]; skipped: SkippedClip[] }> {
  const { tokens, dim } = embedder.shape;
  const rows: EmbedRow[] = [];
  const skipped: SkippedClip[] = [];
  let shape: readonly number[] = [];
  await writeAtomic(npy, async (file) => {
    const writer = new NpyWriter(file, pool === "mean" ? [dim] : [tokens, dim]);
    const mean = new MeanPool(dim);
    for await (const embedded of embedSource(embedder, source, skipped)) {
      const clip = { name: source.name(embedded.clip), label: source.label(embedded.clip) ?? null };
      if (pool === "tokens") {
        rows.push({ ...clip, window: embedded.window, kept: embedded.kept });
        await writer.append(embedded.values);
      } else {
        mean.add(embedded);
        if (embedded.last) {
          rows.push(clip);
          await writer.append(mean.take());
        }
      }
      if (embedded.last) onProgress?.(embedded.clip + 1, source.count);
    }
    if (rows.length === 0) throw new UserError("JR604", "no clip could be embedded: every one proved unusable", skipped[0] && `The first: ${skipped[0].name}: ${skipped[0].reason} (${skipped[0].detail}).`);
    shape = await writer.finish();
  });
  return { rows, shape, skipped };
}
