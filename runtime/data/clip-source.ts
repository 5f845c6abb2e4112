import { UserError } from "../errors.ts";
import { countReasons, type SkippedClip } from "./clip-problem.ts";

/** Clips by number: what training and evaluation read from, however they are stored. */
export interface ClipSource {
  /** Hz; every clip is mono at this rate. */
  readonly rate: number;
  readonly count: number;
  /** What was left out when the source was opened; clips that prove unusable later throw from `read`. */
  readonly skipped: readonly SkippedClip[];
  name(index: number): string;
  label(index: number): string | undefined;
  /** Length in samples, where it is known without decoding. */
  samples(index: number): number | undefined;
  /**
   * f32[length]: the clip, or up to `length` samples of it from `start`. Nominally in [-1, 1], finite, not constant
   * over the whole clip. Do not write into it. Throws ClipProblem when the clip is unusable.
   */
  read(index: number, start?: number, length?: number): Promise<Float32Array>;
  /** Gives back open files and memory. */
  close(): Promise<void>;
}

/** The error for a source that yields nothing: what was found instead, by reason and by example. */
export function noUsableClip(source: string, skipped: readonly SkippedClip[]): UserError {
  if (skipped.length === 0) {
    return new UserError("JR402", `no audio clip in '${source}': it holds no files`, "Audio is read from .wav, .flac, .ogg, .opus and .mp3 files, in folders of any depth or in .tar shards.");
  }
  const extensions = new Map<string, number>();
  for (const { name } of skipped) {
    const extension = /\.[^./]+$/.exec(name)?.[0] ?? "(no extension)";
    extensions.set(extension, (extensions.get(extension) ?? 0) + 1);
  }
  const kinds = [...extensions].sort((a, b) => b[1] - a[1]).slice(0, 6).map(([extension, count]) => `${count} ${extension}`);
  const examples = skipped.slice(0, 3).map(({ name, reason, detail }) => `  ${name}: ${reason} (${detail})`);
  return new UserError(
    "JR402",
    [`no usable clip in '${source}': ${skipped.length} files were found (${kinds.join(", ")}), all unusable: ${countReasons(skipped)}`, ...examples].join("\n"),
    "Audio is read from wav (PCM, float), flac, ogg vorbis, opus and mp3.",
  );
}
