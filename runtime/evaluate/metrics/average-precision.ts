/**
 * Average precision of each class (the sum over thresholds of precision times the gain in recall, without interpolation;
 * equal scores are one threshold), as scikit-learn's `average_precision_score`. A class without a positive has 0.
 * @param scores f32[rows, classes]
 * @param targets 0 or 1, [rows, classes]
 */
export function averagePrecisions(scores: Float32Array, targets: Float32Array, classes: number): number[] {
  const rows = scores.length / classes;
  const order = new Uint32Array(rows);
  return Array.from({ length: classes }, (_, c) => {
    for (let row = 0; row < rows; row++) order[row] = row;
    order.sort((a, b) => scores[b * classes + c]! - scores[a * classes + c]!);
    let found = 0; // positives so far
    let sum = 0;
    for (let seen = 0; seen < rows; ) {
      const threshold = scores[order[seen]! * classes + c]!;
      let gained = 0;
      for (; seen < rows && scores[order[seen]! * classes + c] === threshold; seen++) gained += targets[order[seen]! * classes + c]!;
      found += gained;
      sum += (found / seen) * gained;
    }
    return found === 0 ? 0 : sum / found;
  });
}

/** mAP: the mean of the classes' average precisions. */
export function meanAveragePrecision(scores: Float32Array, targets: Float32Array, classes: number): number {
  return averagePrecisions(scores, targets, classes).reduce((sum, value) => sum + value, 0) / classes;
}
