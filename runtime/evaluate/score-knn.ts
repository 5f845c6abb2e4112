import { UserError } from "../errors.ts";
import { accuracyOf, type Accuracy } from "./accuracy.ts";
import { knnPredict, type KnnSettings } from "./knn.ts";
import { splitClips, type Split } from "./split.ts";

/** Mean embeddings of clips. */
export interface ClipVectors {
  readonly names: readonly string[];
  /** f32[names.length, dim], row-major. */
  readonly values: Float32Array;
  readonly dim: number;
}

export interface KnnScore extends Accuracy {
  readonly classes: number;
  /** Clips in the bank; `total` counts the tested ones. */
  readonly bank: number;
  /** What guessing the bank's commonest class would get. */
  readonly majority: number;
}

/** Accuracy of kNN on the clips that `labelOf` labels. Throws a UserError JR611 (split) or JR612 (fewer than two classes). */
export function scoreKnn(vectors: ClipVectors, labelOf: (name: string) => string | undefined, split: Split, settings: KnnSettings): KnnScore {
  const labelled = vectors.names.flatMap((name, row) => {
    const label = labelOf(name);
    return label === undefined ? [] : [{ name, label, row }];
  });
  const classes = [...new Set(labelled.map((clip) => clip.label))].sort();
  if (classes.length < 2) {
    const found = classes.length === 0 ? "none of the clips has a label" : `all labelled clips have the one label '${classes[0]}'`;
    throw new UserError("JR612", `classes cannot be told apart: ${found}`, "Put the clips into one folder a class, add a labels.csv beside them, or name a table of labels.");
  }
  const classOf = new Map(classes.map((label, i) => [label, i]));
  const sides = splitClips(labelled, split);
  const side = (wanted: string): typeof labelled => labelled.filter((_, i) => sides[i] === wanted);
  const labels = (clips: typeof labelled): number[] => clips.map((clip) => classOf.get(clip.label)!);
  const [train, test] = [side("train"), side("test")];
  const bank = { values: rows(vectors, train), labels: labels(train) };
  const truth = labels(test);
  const predicted = knnPredict(bank, rows(vectors, test), vectors.dim, settings);
  const common = commonest(bank.labels);
  return {
    ...accuracyOf(predicted.filter((label, i) => label === truth[i]).length, truth.length),
    classes: classes.length,
    bank: train.length,
    majority: truth.filter((label) => label === common).length / truth.length,
  };
}

function rows({ values, dim }: ClipVectors, clips: readonly { readonly row: number }[]): Float32Array {
  const picked = new Float32Array(clips.length * dim);
  clips.forEach(({ row }, i) => picked.set(values.subarray(row * dim, (row + 1) * dim), i * dim));
  return picked;
}

function commonest(labels: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0];
}
