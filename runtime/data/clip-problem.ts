/** Why a clip cannot be used. Every unusable clip has exactly one reason; it is named, counted and skipped. */
export type SkipReason =
  | "empty" // no bytes, or no samples
  | "not-audio" // the content is no audio format we know
  | "unsupported" // an audio format or codec we know but do not read
  | "damaged" // the format's own structure or checksums do not hold
  | "truncated" // shorter than its own header promises
  | "silent" // constant: nothing to learn, and 0/0 under peak normalisation
  | "non-finite" // NaN, infinity or absurdly large samples
  | "too-long" // would not fit in memory when decoded
  | "unreadable"; // the operating system refused

/** Thrown by everything that turns bytes into a clip; the caller adds the clip's name and skips it. */
export class ClipProblem extends Error {
  readonly reason: SkipReason;

  constructor(reason: SkipReason, detail: string) {
    super(detail);
    this.name = "ClipProblem";
    this.reason = reason;
  }
}

/** A clip that was left out, for reports: `damaged/a.wav: truncated (…)`. */
export interface SkippedClip {
  readonly name: string;
  readonly reason: SkipReason;
  readonly detail: string;
}

/** "3 truncated, 1 silent": counts by reason, most frequent first. */
export function countReasons(skipped: Iterable<SkippedClip>): string {
  const counts = new Map<string, number>();
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([reason, count]) => `${count} ${reason}`)
    .join(", ");
}
