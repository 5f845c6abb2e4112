import type { Layers } from "../elaborate/interpreter.ts";
import type { StepCost } from "./cost.ts";

/** One way to spend less memory. */
export interface Choice {
  /** Clips of a pass. */
  readonly clips: number;
  readonly layers: Layers;
}

/** What trying a choice came to. */
export type Outcome<T> =
  /** `peak`: bytes it plans; `fixed`: those that do not grow with the clips of a pass. */
  | { readonly kind: "built"; readonly value: T; readonly peak: number; readonly fixed: number; readonly cost: StepCost }
  /** A tensor is larger than the target lets it be, by this factor. */
  | { readonly kind: "over a limit"; readonly factor: number }
  /** The batch cannot be split so. */
  | { readonly kind: "impossible" };

export type Tried<T, O extends Outcome<T> = Outcome<T>> = Choice & { readonly outcome: O };
export type Built<T> = Tried<T, Extract<Outcome<T>, { kind: "built" }>>;

export interface FitRequest<T> {
  /** Bytes. */
  readonly budget: number;
  /** Clips that a pass may have, the most first. */
  readonly sizes: readonly number[];
  readonly layers: readonly Layers[];
  /** Builds with a choice: takes seconds for a large model, so few are tried. */
  readonly attempt: (choice: Choice) => Outcome<T>;
}

export interface Fit<T> {
  readonly tried: readonly Tried<T>[];
  /** Absent where nothing fits: then each way of keeping layers was tried with the smallest passes. */
  readonly best?: Built<T>;
}

/** Passes that cost less than this share of the step are not worth looking for another way. */
const CHEAP_PASSES = 0.1;

/**
 * The choice within the budget whose step costs least: the largest passes that fit, with all layers kept; with layers
 * computed again only if nothing else fits, or if kept layers leave passes so small that it is the lesser cost.
 */
export function fitMemory<T>(request: FitRequest<T>): Fit<T> {
  const tried: Tried<T>[] = [];
  let best: Built<T> | undefined;
  for (const layers of request.layers) {
    const found = largest(request, layers, tried);
    if (found !== undefined && (best === undefined || total(found) < total(best))) best = found;
    if (best !== undefined && saveable(best, request.sizes[0]!) < CHEAP_PASSES * best.outcome.cost.compute) break;
  }
  return best === undefined ? { tried } : { tried, best };
}

/** The largest passes that fit. Memory grows with them nearly in proportion, so that few have to be tried. */
function largest<T>({ budget, sizes, attempt }: FitRequest<T>, layers: Layers, tried: Tried<T>[]): Built<T> | undefined {
  const built: Built<T>[] = [];
  let best: Built<T> | undefined;
  // What is left to try lies between those known to be too large and the best so far.
  let [from, to, bound] = [0, sizes.length, Infinity];
  while (from < to && (best === undefined || sizes[to - 1]! <= bound)) {
    const guess = sizes.findIndex((clips) => clips <= bound);
    const at = guess < 0 ? to - 1 : Math.min(Math.max(guess, from), to - 1);
    const choice = { clips: sizes[at]!, layers };
    const outcome = attempt(choice);
    tried.push({ ...choice, outcome });
    if (outcome.kind === "built") {
      built.push({ ...choice, outcome });
      bound = boundFrom(built, budget);
    } else if (outcome.kind === "over a limit") bound = choice.clips / outcome.factor;
    if (outcome.kind === "built" && outcome.peak <= budget) [best, to] = [built.at(-1)!, at];
    else from = at + 1;
  }
  return best;
}

/** Clips at which the budget is reached, by the last two that were built, or by one and what is fixed. */
function boundFrom<T>(built: readonly Built<T>[], budget: number): number {
  const last = built.at(-1)!;
  const before = built.at(-2);
  const { peak, fixed } = last.outcome;
  const perClip = before === undefined ? (peak - fixed) / last.clips : (before.outcome.peak - peak) / (before.clips - last.clips);
  return last.clips - (peak - budget) / Math.max(perClip, 1);
}

/** What fewer passes could save: one there is in any case. */
function saveable<T>({ clips, outcome: { cost } }: Built<T>, most: number): number {
  return most === 0 ? 0 : cost.passes * (1 - clips / most);
}

function total<T>({ outcome: { cost } }: Built<T>): number {
  return cost.compute + cost.passes;
}

/** All divisors of the batch, the largest first. */
export function divisors(batch: number): number[] {
  return Array.from({ length: batch }, (_, i) => batch - i).filter((n) => batch % n === 0);
}
