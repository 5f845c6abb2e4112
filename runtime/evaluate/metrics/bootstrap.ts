import { randomKey, uniformAt } from "../../plan/random.ts";

/** Enough for intervals to two digits; a score of thousands of clips stays quick. */
const RESAMPLES = 200;

/**
 * A 95 % interval of a score by resampling what was scored, with replacement (percentile bootstrap; Efron, 1979), from a
 * fixed seed. `score` is told which items a resample holds, some of them more than once.
 */
export function bootstrap(items: number, score: (chosen: Uint32Array) => number): { low: number; high: number } {
  const scores = Array.from({ length: RESAMPLES }, (_, resample) => {
    const key = randomKey(0, resample, 0);
    return score(Uint32Array.from({ length: items }, (_, i) => Math.floor(uniformAt(key, i) * items)));
  }).sort((a, b) => a - b);
  const at = (share: number): number => scores[Math.round(share * (RESAMPLES - 1))]!;
  return { low: at(0.025), high: at(0.975) };
}
