import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomic, writeBytes } from "../../checkpoint/atomic-write.ts";
import { makeFolder } from "../../checkpoint/make-folder.ts";
import type { SkippedClip } from "../../data/clip-problem.ts";
import { DecodedClips } from "../../data/decoded-clips.ts";
import { writeEmbeddings } from "../embed-clips.ts";
import type { Embedder } from "../embedder.ts";
import { readNpy } from "../npy.ts";
import type { EmbedRow } from "../pooling.ts";
import type { Shard } from "./shards.ts";

/** The features of all samples of a shard, one vector for each time step. */
export interface ShardFeatures {
  /** f32[steps of all samples, dim] */
  readonly values: Float32Array;
  readonly dim: number;
  readonly rows: readonly EmbedRow[];
  readonly skipped: readonly SkippedClip[];
}

/** What is kept beside the array. */
interface Index {
  readonly rows: readonly EmbedRow[];
  readonly skipped: readonly SkippedClip[];
}

export interface FeatureCache {
  /** A folder for one encoder's features of one task. */
  readonly folder: string;
  /** Opens the encoder, when it is needed. */
  readonly embedder: () => Promise<Embedder>;
  /** Seconds of a piece, for tasks that cut their clips. */
  readonly crop: number | undefined;
}

/**
 * The features of a shard: read where they are kept, else computed and kept, as a NumPy array and an index in JSON. A shard
 * is kept when it is done, so a run broken off goes on where it was.
 */
export async function shardFeatures(shard: Shard, cache: FeatureCache, onProgress: (clips: number) => void): Promise<ShardFeatures> {
  const base = join(cache.folder, `${shard.name}.${shard.digest}${cache.crop === undefined ? "" : `.${cache.crop}s`}`);
  const kept = await readKept(base);
  if (kept) return kept;
  const embedder = await cache.embedder();
  const { rate, dim } = embedder.shape;
  await makeFolder(cache.folder);
  const source = new DecodedClips(shard.listing, rate, 0);
  const crop = cache.crop === undefined ? undefined : Math.round(cache.crop * rate);
  const { rows, skipped } = await writeEmbeddings(`${base}.npy`, "time", embedder, source, onProgress, { crop, mayBeEmpty: true });
  const index: Index = { rows, skipped: [...shard.listing.skipped, ...skipped] };
  // Last: an array without its index is one cut short.
  await writeAtomic(`${base}.json`, (file) => writeBytes(file, new TextEncoder().encode(JSON.stringify(index))));
  return { ...index, values: (await readNpy(`${base}.npy`)).values, dim };
}

async function readKept(base: string): Promise<ShardFeatures | null> {
  try {
    const index = JSON.parse(await readFile(`${base}.json`, "utf8")) as Index;
    const { shape, values } = await readNpy(`${base}.npy`);
    return { ...index, values, dim: shape[1]! };
  } catch {
    return null; // absent or damaged: made anew
  }
}
