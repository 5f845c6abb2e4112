import { randomKey, uniformAt } from "../../plan/random.ts";

/** Enough for intervals to two digits; a score of thousands of clips stays quick. */
const RESAMPLES = 200;

/**
 * A 95 % interval of a score by resampling what was scored, with replacement (percentile bootstrap; Efron, 1979), from a
 * fixed seed. `score` is told how many times each item counts.
 */
export function bootstrap(items: number, score: (counts: Uint32Array) => number): { low: number; high: number } {
  const scores = Array.from({ length: RESAMPLES }, (_, resample) => {
    const key = randomKey(0, resample, 0);
    const counts = new Uint32Array(items);
    for (let i = 0; i < items; i++) counts[Math.floor(uniformAt(key, i) * items)]!++;
    return score(counts);
  }).sort((a, b) => a - b);
  const at = (share: number): number => scores[Math.round(share * (RESAMPLES - 1))]!;
  return { low: at(0.025), high: at(0.975) };
}
