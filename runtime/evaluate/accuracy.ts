/** A share of right answers with its 95 % confidence interval. */
export interface Accuracy {
  readonly correct: number;
  readonly total: number;
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

/** The interval is Wilson's score interval (Wilson, 1927), which holds for small counts and near 0 and 1. */
export function accuracyOf(correct: number, total: number): Accuracy {
  const z = 1.959964;
  const accuracy = correct / total;
  const centre = (accuracy + z ** 2 / (2 * total)) / (1 + z ** 2 / total);
  const half = (z / (1 + z ** 2 / total)) * Math.sqrt((accuracy * (1 - accuracy)) / total + z ** 2 / (4 * total ** 2));
  return { correct, total, accuracy, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
