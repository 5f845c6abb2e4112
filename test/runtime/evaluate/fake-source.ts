import { ClipProblem } from "../../../runtime/data/clip-problem.ts";
import type { ClipSource } from "../../../runtime/data/clip-source.ts";

export interface FakeClip {
  readonly name: string;
  readonly label?: string;
  /** null: an unusable clip. */
  readonly samples: readonly number[] | null;
}

/** Clips from memory; `known` tells their lengths ahead, as prepared shards do. */
export function fakeSource(clips: readonly FakeClip[], { known = false } = {}): ClipSource & { reads: [number, number][] } {
  const reads: [number, number][] = [];
  return {
    rate: 8000, count: clips.length, skipped: [], reads,
    name: (i) => clips[i]!.name,
    label: (i) => clips[i]!.label,
    samples: (i) => (known ? clips[i]!.samples?.length : undefined),
    async read(i, start = 0, length = Infinity) {
      reads.push([i, start]);
      const { samples } = clips[i]!;
      if (samples === null) throw new ClipProblem("truncated", "too short");
      return Float32Array.from(samples.slice(start, start + length));
    },
    close: async () => undefined,
  };
}
