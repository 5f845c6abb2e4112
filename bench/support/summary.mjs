// From the runs of all rounds to one line for each library, and how they compare.
import { median } from "./measure.mjs";

/** More cores than this kept busy by other processes, and a run says little. */
export const MOST_OTHERS = 0.25;

/** @typedef {{ peer: string, step_ms: number, cpu_ms: number, first_ms: number, others?: number, losses: number[] }} Run */

/**
 * One summary for each library, in the order of first appearance: medians over the rounds that nothing disturbed, or
 * over all where all were disturbed.
 * @param {Run[]} runs
 */
export function summarise(runs) {
  const peers = [...new Set(runs.map(({ peer }) => peer))];
  return peers.map((peer) => {
    const own = runs.filter((run) => run.peer === peer);
    const quiet = own.filter(({ others = 0 }) => others <= MOST_OTHERS);
    const kept = quiet.length > 0 ? quiet : own;
    const of = (field) => median(kept.map((run) => run[field]));
    return { ...own[0], step_ms: of("step_ms"), cpu_ms: of("cpu_ms"), first_ms: of("first_ms"), rounds: own.length, quiet_rounds: quiet.length };
  });
}

/** How many times longer each of the others takes than `base`, in a field: `{ "jax-js": 4.1 }`. */
export function ratiosTo(base, summaries, field = "step_ms") {
  const own = summaries.find(({ peer }) => peer === base)?.[field];
  if (own === undefined) throw new Error(`nothing was measured of ${base}`);
  const others = summaries.filter(({ peer }) => peer !== base);
  return Object.fromEntries(others.map((summary) => [summary.peer, round(summary[field] / own)]));
}

/** The largest relative difference between the first `count` losses of any two libraries. */
export function disagreement(summaries, count) {
  let worst = 0;
  for (let i = 0; i < count; i++) {
    const losses = summaries.map(({ peer, losses }) => {
      if (losses[i] === undefined) throw new Error(`${peer} gave ${losses.length} losses, not ${count}`);
      return losses[i];
    });
    const difference = (Math.max(...losses) - Math.min(...losses)) / Math.min(...losses.map(Math.abs));
    // A loss that is no number compares as neither larger nor smaller.
    if (Number.isNaN(difference)) return Infinity;
    worst = Math.max(worst, difference);
  }
  return worst;
}

function round(value) {
  return Number(value.toPrecision(4));
}
