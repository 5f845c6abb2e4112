import { writeAtomic, writeBytes } from "../checkpoint/atomic-write.ts";
import type { SkippedClip } from "../data/clip-problem.ts";
import type { ClipSource } from "../data/clip-source.ts";
import { openClips } from "../data/open-clips.ts";
import { UserError } from "../errors.ts";
import { loadPlan } from "../plan/read.ts";
import { withSession } from "../train/with-session.ts";
import { embedSource } from "./embed-source.ts";
import { Embedder } from "./embedder.ts";
import { NpyWriter } from "./npy.ts";
import { pooling, type EmbedRow, type Pool } from "./pooling.ts";
import { initWeights, loadWeights, type WeightsOrigin } from "./weights.ts";

export interface EmbedOptions {
  /** What `jepac build` wrote. */
  readonly buildDir: string;
  /** A checkpoint or a run's folder; null: the untrained network of `seed`. */
  readonly checkpoint: string | null;
  /** Clips: a folder of audio files, a tar, or prepared shards. */
  readonly data: string;
  /** The `.npy` to write; its index goes beside it as `.json`. */
  readonly out: string;
  /** `mean` by default. */
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
  /** [clips, dim] for `mean`, [times of all clips, dim] for `time`, [windows, tokens, dim] for `tokens`. */
  readonly shape: readonly number[];
  readonly skipped: readonly SkippedClip[];
}

/** The `.json` beside the array: what each row is. */
export interface EmbedIndex extends WeightsOrigin {
  readonly model: string;
  readonly pool: Pool;
  readonly shape: readonly number[];
  /** For `time`: seconds from a clip's row to its next. */
  readonly hop?: number;
  /** In the array's order, one a row, for `time` one a clip; the label is null where the clip has none. */
  readonly rows: readonly EmbedRow[];
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
      const { samples, steps, rate } = embedder.shape;
      const hop = pool === "time" ? { hop: samples / steps / rate } : {};
      const content: EmbedIndex = { model: loaded.plan.model, ...origin, pool, shape, ...hop, rows };
      await writeAtomic(index, (file) => writeBytes(file, new TextEncoder().encode(`${JSON.stringify(content, null, 1)}\n`)));
      return { npy, index, shape, skipped: [...source.skipped, ...skipped] };
    } finally {
      await source.close();
    }
  });
}

/**
 * Embeds every clip of a source, or every piece of `crop` samples of it, into a `.npy`, a run's worth of windows in memory
 * at a time. Throws a UserError JR604 where that gives nothing, unless it may be.
 */
export async function writeEmbeddings(
  npy: string,
  pool: Pool,
  embedder: Embedder,
  source: ClipSource,
  onProgress: EmbedOptions["onProgress"],
  { crop, mayBeEmpty = false }: { readonly crop?: number | undefined; readonly mayBeEmpty?: boolean } = {},
): Promise<{ rows: EmbedRow[]; shape: readonly number[]; skipped: SkippedClip[] }> {
  const rows: EmbedRow[] = [];
  const skipped: SkippedClip[] = [];
  let shape: readonly number[] = [];
  await writeAtomic(npy, async (file) => {
    const pooled = pooling(pool, embedder.shape);
    const writer = new NpyWriter(file, pooled.row);
    for await (const embedded of embedSource(embedder, source, skipped, crop)) {
      const { values, entry } = pooled.add(embedded);
      if (values) await writer.append(values);
      if (entry) rows.push({ name: source.name(embedded.clip), label: source.label(embedded.clip) ?? null, ...entry });
      if (embedded.last) onProgress?.(embedded.clip + 1, source.count);
    }
    if (rows.length === 0 && !mayBeEmpty) throw new UserError("JR604", "no clip could be embedded: every one proved unusable", skipped[0] && `The first: ${skipped[0].name}: ${skipped[0].reason} (${skipped[0].detail}).`);
    shape = await writer.finish();
  });
  return { rows, shape, skipped };
}
