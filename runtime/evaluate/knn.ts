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
  const known = similarity === "cosine" ? unitRows(bank.values, dim) : unitFeatures(bank.values, dim);
  const asked = unitRows(queries, dim);
  const predictions: number[] = [];
  for (let q = 0; q * dim < asked.length; q++) {
    const nearest = nearestRows(known, asked.subarray(q * dim, (q + 1) * dim), k);
    predictions.push(vote(nearest, bank.labels, temperature));
  }
  return predictions;
}

interface Neighbour {
  readonly row: number;
  readonly similarity: number;
}

/** The k most similar rows, most similar first; equal ones in the order of the bank. */
function nearestRows(bank: Float32Array, query: Float32Array, k: number): Neighbour[] {
  const dim = query.length;
  const best: Neighbour[] = [];
  for (let row = 0; row * dim < bank.length; row++) {
    let similarity = 0;
    for (let d = 0, at = row * dim; d < dim; d++, at++) similarity += query[d]! * bank[at]!;
    if (best.length === k && similarity <= best[k - 1]!.similarity) continue;
    let at = best.length;
    while (at > 0 && best[at - 1]!.similarity < similarity) at--;
    best.splice(at, 0, { row, similarity });
    if (best.length > k) best.pop();
  }
  return best;
}

function vote(nearest: readonly Neighbour[], labels: readonly number[], temperature: number): number {
  const most = nearest[0]?.similarity ?? 0;
  const sums = new Map<number, number>();
  for (const { row, similarity } of nearest) {
    const label = labels[row]!;
    sums.set(label, (sums.get(label) ?? 0) + Math.exp((similarity - most) / temperature));
  }
  const [winner] = [...sums].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return winner?.[0] ?? 0;
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
