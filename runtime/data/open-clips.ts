import { ClipProblem, type SkippedClip } from "./clip-problem.ts";
import { noUsableClip, type ClipSource } from "./clip-source.ts";
import { DecodedClips } from "./decoded-clips.ts";
import { isPrepared, PreparedClips } from "./prepare/prepared-clips.ts";
import type { LabelOf } from "./source/labels.ts";
import { checkRate } from "./rate.ts";
import { listClips } from "./source/list-clips.ts";

export interface OpenOptions {
  /** Hz: the model's rate. */
  readonly rate: number;
  /** Labels by clip name, before all other rules; a prepared folder has its labels already. */
  readonly labelOf?: LabelOf;
  /** Memory for decoded clips, bytes (512 MiB); a prepared folder needs none. */
  readonly cacheBytes?: number;
}

/**
 * Opens clips, whatever they are: a prepared folder, a folder of audio files and tar shards, one tar, or one audio file.
 * Throws UserError JR401 (no such path), JR402 (no usable clip), JR403 (labels.csv), JR404 (prepared folder)
 * or JR406 (rate).
 */
export async function openClips(path: string, { rate, labelOf, cacheBytes }: OpenOptions): Promise<ClipSource> {
  checkRate(rate);
  if (await isPrepared(path)) return PreparedClips.open(path, rate);
  const listing = await listClips(path, labelOf);
  const clips = new DecodedClips(listing, rate, cacheBytes);
  await checkUsable(path, clips);
  return clips;
}

/** Decodes until one clip is good: a folder of nothing but bad ones is better refused at once than during training. */
async function checkUsable(path: string, clips: ClipSource): Promise<void> {
  const bad: SkippedClip[] = [];
  for (let i = 0; i < clips.count; i++) {
    try {
      await clips.read(i);
      return;
    } catch (error) {
      if (!(error instanceof ClipProblem)) throw error;
      bad.push({ name: clips.name(i), reason: error.reason, detail: error.message });
    }
  }
  throw noUsableClip(path, [...bad, ...clips.skipped]);
}
