/** What a classifying probe learns from or is scored on. */
export interface Examples {
  readonly count: number;
  /** Values of a feature vector, and classes. */
  readonly dim: number;
  readonly classes: number;
  /** f32[steps, dim] */
  features(i: number): Float32Array;
  /** 0 or 1, f32[rows, classes]: one row for the example, or one for each of its steps. */
  targets(i: number): Float32Array;
}

/** A probe's answers: for each example f32[rows, classes]. */
export type Logits = readonly Float32Array[];

/** What every classifying probe is told. */
export interface ClassifierSettings {
  readonly train: Examples;
  readonly valid: Examples;
  readonly test: Examples;
  /** Any number of classes a row, each told by itself; else exactly one. */
  readonly multi: boolean;
  /** How much a yes weighs, where `multi`. */
  readonly positive: number;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  /** The score by which the best epoch is chosen. */
  readonly score: (examples: Examples, logits: Logits) => number;
  readonly onEpoch?: (epoch: number) => void;
}

/** The largest number of steps among examples. */
export function mostSteps(...sets: readonly Examples[]): number {
  let most = 1;
  for (const set of sets) for (let i = 0; i < set.count; i++) most = Math.max(most, set.features(i).length / set.dim);
  return most;
}
