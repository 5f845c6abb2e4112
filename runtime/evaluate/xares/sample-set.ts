import type { SkippedClip } from "../../data/clip-problem.ts";
import { readLabel, type Label } from "./label.ts";
import type { ShardFeatures } from "./shard-features.ts";
import type { LabelRule } from "./task.ts";

/** One thing to learn from or to score: a clip, or a piece of one. */
export interface Sample {
  readonly name: string;
  readonly label: Label;
  /** f32[steps, dim]: its features in time; one step, their mean, where a task asks for no more. */
  readonly features: Float32Array;
}

/** The samples of a split or of a fold. */
export interface SampleSet {
  readonly dim: number;
  readonly samples: readonly Sample[];
  readonly skipped: readonly SkippedClip[];
}

/**
 * Gathers shards into a set. With `means`, features are averaged over time as they come, so that a large task fits in
 * memory. A label that cannot be read makes its clip a skipped one.
 */
export async function gather(shards: AsyncIterable<ShardFeatures>, rule: LabelRule, means: boolean): Promise<SampleSet> {
  const samples: Sample[] = [];
  const skipped: SkippedClip[] = [];
  let dim = 0;
  for await (const shard of shards) {
    dim = shard.dim;
    skipped.push(...shard.skipped);
    for (const { name, label: json, first = 0, count = 0 } of shard.rows) {
      try {
        const label = readLabel(rule, json ?? "");
        const features = shard.values.subarray(first * dim, (first + count) * dim);
        samples.push({ name, label, features: means ? meanOverTime(features, dim) : features });
      } catch (error) {
        skipped.push({ name, reason: "damaged", detail: `its label cannot be read: ${(error as Error).message}` });
      }
    }
  }
  return { dim, samples, skipped };
}

/** f32[steps, dim] → f32[dim] */
export function meanOverTime(features: Float32Array, dim: number): Float32Array {
  const sums = new Float64Array(dim);
  for (let at = 0; at < features.length; at++) sums[at % dim]! += features[at]!;
  return Float32Array.from(sums, (sum) => (sum * dim) / features.length);
}

/** Several sets as one. */
export function join(sets: readonly SampleSet[]): SampleSet {
  return { dim: sets.find(({ samples }) => samples.length > 0)?.dim ?? 0, samples: sets.flatMap((set) => set.samples), skipped: sets.flatMap((set) => set.skipped) };
}

/** The mean features of all samples, f32[samples, dim]. */
export function meanFeatures({ samples, dim }: SampleSet): Float32Array {
  const values = new Float32Array(samples.length * dim);
  samples.forEach(({ features }, i) => values.set(features.length === dim ? features : meanOverTime(features, dim), i * dim));
  return values;
}
