/** Scores and targets with each class's rows in falling order of score. */
export interface Ranking {
  readonly scores: Float32Array;
  readonly targets: Float32Array;
  readonly classes: number;
  readonly orders: readonly Uint32Array[];
}

/**
 * @param scores f32[rows, classes]
 * @param targets 0 or 1, [rows, classes]
 */
export function rank(scores: Float32Array, targets: Float32Array, classes: number): Ranking {
  const orders = Array.from({ length: classes }, (_, c) => {
    const order = Uint32Array.from({ length: scores.length / classes }, (_, row) => row);
    return order.sort((a, b) => scores[b * classes + c]! - scores[a * classes + c]!);
  });
  return { scores, targets, classes, orders };
}

/**
 * mAP: the mean of the classes' average precisions.
 * @param counts how many times each row counts; once each without it
 */
export function meanAveragePrecision(ranking: Ranking, counts?: Uint32Array): number {
  return ranking.orders.reduce((sum, _, c) => sum + averagePrecision(ranking, c, counts), 0) / ranking.classes;
}

/**
 * The sum over thresholds of precision times the gain in recall, without interpolation; equal scores are one threshold, as
 * in scikit-learn's `average_precision_score`. A class without a positive has 0.
 */
export function averagePrecision({ scores, targets, classes, orders }: Ranking, c: number, counts?: Uint32Array): number {
  const order = orders[c]!;
  let seen = 0;
  let found = 0;
  let sum = 0;
  for (let at = 0; at < order.length; ) {
    const threshold = scores[order[at]! * classes + c]!;
    const before = found;
    for (; at < order.length && scores[order[at]! * classes + c] === threshold; at++) {
      const count = counts === undefined ? 1 : counts[order[at]!]!;
      seen += count;
      found += count * targets[order[at]! * classes + c]!;
    }
    if (found > before) sum += (found / seen) * (found - before);
  }
  return found === 0 ? 0 : sum / found;
}
