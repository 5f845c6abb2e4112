import type { Plan } from "@jepac/runtime/plan";
import { splitBatch } from "../batch/split.ts";
import { buildPlan, type BuildOptions, type Compiled } from "../build.ts";
import { diagnose } from "../diagnostics/codes.ts";
import type { Choices } from "../elaborate/config.ts";
import { ElaborationFailure } from "../elaborate/failure.ts";
import { elaborate, type ElaboratedModel } from "../elaborate/model.ts";
import type { Layers } from "../elaborate/interpreter.ts";
import type { Program } from "../program/program.ts";
import { LowerError } from "../schedule/lower-error.ts";
import { stepCost } from "./cost.ts";
import { divisors, fitMemory, type Choice, type Fit, type Outcome } from "./fit.ts";

export interface WithinOptions extends Choices, BuildOptions {
  readonly microBatch?: number;
  /** Bytes. */
  readonly memory: number;
}

/** What the compiler chose to stay within a budget, and what else it tried. */
export interface MemoryChoice extends Choice {
  readonly budget: number;
  /** `peak`: the bytes it would take; absent where the target's limits or the model forbid it. */
  readonly tried: readonly (Choice & { readonly peak?: number })[];
}

/**
 * Compiles with the passes and the keeping of layers that cost least within a budget; what the options fix stays.
 * Throws `ElaborationFailure` (JM0604 where nothing fits) or `LowerError`.
 */
export function compileWithin(program: Program, options: WithinOptions): { compiled: Compiled; choice: MemoryChoice } {
  const layers: readonly Layers[] = options.layers === undefined ? ["kept", "recomputed"] : [options.layers];
  const models = new Map<Layers, ElaboratedModel>();
  const modelWith = (one: Layers): ElaboratedModel => {
    const model = models.get(one) ?? elaborated(program, { ...options, layers: one });
    models.set(one, model);
    return model;
  };
  const { batch } = modelWith(layers[0]!).config;
  const sizes = options.microBatch !== undefined ? [options.microBatch] : typeof batch === "number" && batch >= 1 ? divisors(batch) : [0];
  // The last failure is what the user is told, where it is all that every choice came to.
  let failure: unknown;
  const attempt = (choice: Choice): Outcome<Compiled> => {
    try {
      const clips = choice.clips === 0 ? undefined : choice.clips;
      const split = splitBatch(program, { ...options, layers: choice.layers }, modelWith(choice.layers), clips);
      const value = buildPlan(split, options);
      const { buffers, stats } = value.plan;
      const growing = buffers.reduce((sum, { kind, bytes }) => sum + (kind === "arena" ? bytes : 0), 0);
      return { kind: "built", value, peak: stats.peakBytes, fixed: stats.peakBytes - growing, cost: stepCost(value.plan, options.target ?? "gpu") };
    } catch (error) {
      failure = error;
      if (error instanceof LowerError) return { kind: "over a limit", factor: error.found / error.limit };
      if (error instanceof ElaborationFailure) return { kind: "impossible" };
      throw error;
    }
  };
  const fit = fitMemory({ budget: options.memory, sizes, layers, attempt });
  if (fit.best === undefined) throw tooSmall(program, options.memory, fit) ?? failure;
  const tried = fit.tried.map(({ clips, layers: kept, outcome }) => ({ clips, layers: kept, ...(outcome.kind === "built" ? { peak: outcome.peak } : {}) }));
  return { compiled: fit.best.outcome.value, choice: { budget: options.memory, clips: fit.best.clips, layers: fit.best.layers, tried } };
}

function elaborated(program: Program, choices: Choices): ElaboratedModel {
  const result = elaborate(program, choices);
  if ("failure" in result) throw new ElaborationFailure(result.failure);
  return result.model;
}

/** JM0604 with the least that was planned; undefined where nothing could be planned at all. */
function tooSmall(program: Program, budget: number, { tried }: Fit<Compiled>): ElaborationFailure | undefined {
  const peaks = tried.flatMap(({ clips, layers, outcome }) => (outcome.kind === "built" ? [{ clips, layers, plan: outcome.value.plan, peak: outcome.peak }] : []));
  const [least] = peaks.sort((a, b) => a.peak - b.peak);
  if (least === undefined) return undefined;
  const parts = { model: least.plan.model, budget: binarySize(budget, Math.floor), smallest: binarySize(least.peak, Math.ceil) };
  const span = { source: program.main.source, start: 0, end: 0 };
  const passes = least.clips === 0 ? "" : `passes over ${least.clips} clip${least.clips === 1 ? "" : "s"} and `;
  const help = [`\`--memory ${binarySize(least.peak, Math.ceil)}\` is enough, with ${passes}layers ${least.layers}; a smaller model needs less`];
  return new ElaborationFailure(diagnose("JM0604", parts, [{ span, text: "" }], { notes: [shares(least.plan)], help }));
}

/** Where the memory goes that no choice saves, and what is left for values of a pass. */
function shares({ buffers }: Plan): string {
  const of = (...kinds: string[]): string => binarySize(buffers.reduce((sum, { kind, bytes }) => sum + (kinds.includes(kind) ? bytes : 0), 0), Math.round);
  return `of these, weights ${of("weights")}, gradients ${of("gradients")}, optimizer state ${of("state")}, tables ${of("constants")}, values of a pass ${of("arena")}`;
}

/** In the form that `--memory` takes: `200KiB`, `3700MiB`; in bytes below a KiB. */
function binarySize(bytes: number, round: (value: number) => number): string {
  if (bytes < 2 ** 10) return `${bytes}`;
  return bytes < 2 ** 23 ? `${round(bytes / 2 ** 10)}KiB` : `${round(bytes / 2 ** 20)}MiB`;
}
