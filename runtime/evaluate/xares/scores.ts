import type { SkippedClip } from "../../data/clip-problem.ts";
import type { Plane } from "../pca.ts";
import type { ProbeCurve } from "../probe/train-probe.ts";

/** The ways to score a task: two probes, and kNN as the suite computes it and as it meant it. */
export type Column = "linear" | "attentive" | "xares" | "cosine";

/** A score from 0 to 1 with its 95 % interval. */
export interface Score {
  readonly score: number;
  readonly low: number;
  readonly high: number;
  /** Samples scored, in all folds together. */
  readonly n: number;
  /** Of each fold, where there are some; the score is their mean. */
  readonly folds?: readonly number[];
}

/** What the linear probe said of each test sample, by the classes' places. */
export interface Answers {
  readonly truth: readonly number[];
  readonly predicted: readonly number[];
}

/** Test samples on their first principal axes. */
export interface EmbeddingMap extends Plane {
  /** The place of each point's class. */
  readonly classes: readonly number[];
}

export interface ScoredTask {
  readonly status: "scored";
  readonly task: string;
  readonly scores: Readonly<Partial<Record<Column, Score>>>;
  readonly classes: readonly string[];
  /** Distinct samples: in k-fold tasks all are trained on and tested. */
  readonly samples: { readonly train: number; readonly valid: number; readonly test: number };
  readonly skipped: readonly SkippedClip[];
  /** How each probe learned, in each fold: to see whether it was done. */
  readonly curves: readonly Readonly<Partial<Record<Column, ProbeCurve>>>[];
  /** What to know of these scores. */
  readonly notes: readonly string[];
  /** For tasks of one class a sample. */
  readonly answers?: Answers;
  readonly map?: EmbeddingMap;
}

/** Its data are not there, or not all of them. */
export interface MissingTask {
  readonly status: "missing";
  readonly task: string;
  readonly why: string;
  /** Some of its shards are there. */
  readonly partly: boolean;
}

/** Its data are there, and cannot be scored. */
export interface FailedTask {
  readonly status: "failed";
  readonly task: string;
  readonly why: string;
}

export type TaskOutcome = ScoredTask | MissingTask | FailedTask;
