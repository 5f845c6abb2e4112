import { Nearest } from "./nearest.ts";

/** Settings of X-ARES's kNN (reference 2.5): k nearest, votes weighted by softmax(similarity / temperature). */
export interface KnnSettings {
  readonly k: number;
  readonly temperature: number;
}

export const XARES_KNN: KnnSettings = { k: 10, temperature: 0.07 };

/**
 * What "near" means. `cosine`: both sides at unit length. `xares`: as X-ARES computes it, which meant the same but divides
 * each feature of the bank by its length over the whole bank; only queries have unit length (reference 2.5).
 */
export type Similarity = "cosine" | "xares";

/** Vectors of one length, with a class each. */
export interface LabelledVectors {
  /** f32[labels.length, dim], row-major. */
  readonly values: Float32Array;
  readonly labels: readonly number[];
}

/**
 * Classifies every query by its nearest neighbours in the bank: X-ARES's vote, the neighbours' softmax weights summed per
 * class. Equal sums go to the lower class. A zero vector is near nothing.
 */
export function knnPredict(bank: LabelledVectors, queries: Float32Array, dim: number, { k, temperature }: KnnSettings, similarity: Similarity = "cosine"): number[] {
  const { bank: known, queries: asked } = scale(bank.values, queries, dim, similarity);
  const similarities = new Float64Array(bank.labels.length);
  return Array.from({ length: queries.length / dim }, (_, q) => {
    const query = asked.subarray(q * dim, (q + 1) * dim);
    for (let row = 0, at = 0; row < similarities.length; row++) {
      let product = 0;
      for (let d = 0; d < dim; d++, at++) product += query[d]! * known[at]!;
      similarities[row] = product;
    }
    const nearest = new Nearest(k);
    nearest.offer(similarities, 0);
    return nearest.vote(bank.labels, temperature);
  });
}

/** Bank and queries scaled so that their products are the similarity. */
export function scale(bank: Float32Array, queries: Float32Array, dim: number, similarity: Similarity): { readonly bank: Float32Array; readonly queries: Float32Array } {
  return { bank: similarity === "cosine" ? unitRows(bank, dim) : unitFeatures(bank, dim), queries: unitRows(queries, dim) };
}

function unitRows(values: Float32Array, dim: number): Float32Array {
  const unit = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += dim) {
    let squares = 0;
    for (let d = 0; d < dim; d++) squares += values[at + d]! ** 2;
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let d = 0; d < dim; d++) unit[at + d] = values[at + d]! * scale;
  }
  return unit;
}

/** Each feature divided by its length over all rows. */
function unitFeatures(values: Float32Array, dim: number): Float32Array {
  const squares = new Float64Array(dim);
  for (let at = 0; at < values.length; at++) squares[at % dim]! += values[at]! ** 2;
  const scale = squares.map((sum) => 1 / Math.max(1e-12, Math.sqrt(sum)));
  return values.map((value, at) => value * scale[at % dim]!);
}
