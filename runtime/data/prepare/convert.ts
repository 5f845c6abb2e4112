import { ClipProblem, type SkipReason } from "../clip-problem.ts";
import { monoClip } from "../mono-clip.ts";
import { readClipFile, type ClipFile } from "../source/clip-file.ts";
import { encodePcm, type PcmEncoding, type StoredClip } from "./pcm.ts";

/** What became of a file: a clip ready to store, or why there is none. */
export type Converted = StoredClip | { readonly reason: SkipReason; readonly detail: string };

export interface Target {
  /** Hz. */
  readonly rate: number;
  readonly encoding: PcmEncoding;
}

/** Turns files into stored clips, here or in worker threads. */
export interface Converter {
  /** Threads at work beside this one; 0 means in this one. */
  readonly workers: number;
  convert(file: ClipFile): Promise<Converted>;
  close(): Promise<void>;
}

/** Read, decode, downmix, resample, quantise. */
export async function convertFile(file: ClipFile, { rate, encoding }: Target): Promise<Converted> {
  try {
    return encodePcm(await monoClip(await readClipFile(file), rate), encoding);
  } catch (error) {
    if (error instanceof ClipProblem) return { reason: error.reason, detail: error.message };
    throw error;
  }
}
