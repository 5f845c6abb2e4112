/** One task of X-ARES, as data (reference 2.4 and 2.8). */
export interface SuiteTask {
  /** The suite's name: also the folder that the task's shards lie in. */
  readonly name: string;
  /** As printed in tables. */
  readonly title: string;
  readonly domain: "speech" | "environment" | "music";
  /** The Zenodo record with the shards; null for data that is not public. */
  readonly record: number | null;
  readonly shards: Shards;
  readonly labels: LabelRule;
  /** Classes in the suite; data with fewer is scored on those it has, and said so. */
  readonly classes: number;
  readonly metric: Metric;
  /** Seconds. Clips are cut into consecutive pieces of this length, each a sample with its clip's label. */
  readonly crop?: number;
  readonly epochs: number;
  readonly batch: number;
  /** In the suite's weighted average. */
  readonly weight: number;
  readonly knn: boolean;
}

/** Glob patterns (`*`) of file names: for each split, or for each fold (`{k}` is its number, `{kk}` with two digits). */
export type Shards =
  | { readonly train: string; readonly valid: string; readonly test: string }
  | { readonly folds: readonly number[]; readonly pattern: string };

/** How the JSON beside a clip says what is in it. */
export type LabelRule =
  /** One class: the value of a field; `otherwise` names the class of every value but `only`. */
  | { readonly kind: "class"; readonly field: string; readonly only?: string; readonly otherwise?: string }
  /** Any number of classes, joined by a separator. */
  | { readonly kind: "classes"; readonly field: string; readonly separator: string }
  /** Events in time, s, each with classes joined by commas; every clip lasts `seconds`. */
  | { readonly kind: "events"; readonly start: string; readonly end: string; readonly field: string; readonly seconds?: number }
  /** A dictionary of captions. */
  | { readonly kind: "captions"; readonly captions: number };

export type Metric =
  | { readonly kind: "accuracy" }
  | { readonly kind: "mean-average-precision" }
  | { readonly kind: "segment-f1"; readonly average: "macro" | "micro"; readonly seconds: number; readonly positive: number }
  | { readonly kind: "recall-at-1" };
