import { accuracyOf } from "../accuracy.ts";
import { meanAveragePrecision, rank } from "../metrics/average-precision.ts";
import { bootstrap } from "../metrics/bootstrap.ts";
import { countSegments, segmentF1, type SegmentCounts } from "../metrics/segment-f1.ts";
import type { Examples, Logits } from "../probe/examples.ts";
import type { Score } from "./scores.ts";
import type { Metric } from "./task.ts";

/** A metric of a classifier's answers: a bare number to choose the best epoch by, and a score with its interval. */
export interface Measure {
  readonly score: (examples: Examples, logits: Logits) => number;
  readonly withInterval: (examples: Examples, logits: Logits) => Score;
}

/** The metric of a task (reference 2.6); `hop` is the seconds of a step. */
export function measureOf(metric: Exclude<Metric, { readonly kind: "recall-at-1" }>, hop: number): Measure {
  switch (metric.kind) {
    case "accuracy":
      return { score: (examples, logits) => ofAnswers([answersOf(examples, logits)]).score, withInterval: (examples, logits) => ofAnswers([answersOf(examples, logits)]) };
    case "mean-average-precision":
      return {
        score: (examples, logits) => meanAveragePrecision(ranking(examples, logits)),
        withInterval: (examples, logits) => {
          const ranked = ranking(examples, logits);
          return { score: meanAveragePrecision(ranked), ...bootstrap(examples.count, (counts) => meanAveragePrecision(ranked, counts)), n: examples.count };
        },
      };
    case "segment-f1": {
      const size = Math.ceil(metric.seconds / hop - 1e-9);
      return {
        score: (examples, logits) => segmentF1(segments(examples, logits, size), metric.average),
        withInterval: (examples, logits) => {
          const clips = segments(examples, logits, size);
          return { score: segmentF1(clips, metric.average), ...bootstrap(clips.length, (counts) => segmentF1(clips, metric.average, counts)), n: clips.length };
        },
      };
    }
  }
}

/** The true and the likeliest class of each example of one class; of equal ones the first. */
export function answersOf(examples: Examples, logits: Logits): { truth: number[]; predicted: number[] } {
  const best = (row: Float32Array): number => row.reduce((found, value, c) => (value > row[found]! ? c : found), 0);
  return { truth: logits.map((_, i) => examples.targets(i).indexOf(1)), predicted: logits.map(best) };
}

/** Accuracy over rounds: the mean of their shares, and Wilson's interval of all answers together. */
export function ofAnswers(rounds: readonly { readonly truth: readonly number[]; readonly predicted: readonly number[] }[]): Score {
  const right = rounds.map(({ truth, predicted }) => predicted.filter((label, i) => label === truth[i]).length);
  const n = rounds.reduce((sum, { truth }) => sum + truth.length, 0);
  const folds = rounds.map(({ truth }, i) => right[i]! / truth.length);
  const { low, high } = accuracyOf(right.reduce((a, b) => a + b, 0), n);
  const score = folds.reduce((a, b) => a + b, 0) / folds.length;
  return { score, low, high, n, ...(rounds.length > 1 && { folds }) };
}

function ranking(examples: Examples, logits: Logits): ReturnType<typeof rank> {
  return rank(joined(logits), joined(logits.map((_, i) => examples.targets(i))), examples.classes);
}

function segments(examples: Examples, logits: Logits, size: number): SegmentCounts[] {
  return logits.map((clip, i) => countSegments(clip, examples.targets(i), examples.classes, size));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}
