import type { Plan, Precision } from "@jepac/runtime/plan";
import type { BatchSplit } from "./batch/split.ts";
import type { ElaboratedModel } from "./elaborate/model.ts";
import { assemblePlan, type BuildFiles, type LoweredProgram } from "./emit/plan.ts";
import { sourcesOf } from "./emit/sources.ts";
import { emitTrainer } from "./emit/trainer.ts";
import type { Graph } from "./graph/node.ts";
import { lastTouch, planPhases } from "./layout/phases.ts";
import { ARENA, CONSTANTS, planStorage } from "./layout/storage.ts";
import { withScaledUpdates } from "./layout/scaled-updates.ts";
import { withFlatRuns } from "./layout/updates.ts";
import { withGuardedUpdates } from "./precision/guarded-updates.ts";
import type { Program } from "./program/program.ts";
import { modelPrograms } from "./programs.ts";
import { KernelLibrary } from "./schedule/library.ts";
import { lower } from "./schedule/lower.ts";
import type { Tuning } from "./schedule/tuning.ts";
import { fusesAttention, targets, type TargetName } from "./targets.ts";

export interface BuildOptions {
  readonly target?: TargetName;
  /** "none" builds the unfused twin: every operation a kernel of its own. */
  readonly fusion?: "full" | "none";
  /** What was measured to be best for product shapes, as `jepac tune` writes it. */
  readonly tuning?: Omit<Tuning, "adapter">;
  /** "f16" stores and multiplies activations in half precision, and scales the loss (docs/precision.md). */
  readonly precision?: Precision;
}

/** A built model: the plan, the files of its folder, and what it was made from. */
export interface Compiled {
  readonly plan: Plan;
  readonly files: BuildFiles;
  readonly model: ElaboratedModel;
  /** The optimised graph of each program. */
  readonly graphs: ReadonlyMap<string, Graph>;
}

/** From an elaborated model to its plan with kernels and constants. Throws `LowerError` where limits forbid it. */
export function buildPlan(split: BatchSplit, options: BuildOptions): Compiled {
  const { model } = split;
  const { target = "gpu", fusion = "full", precision = "f32" } = options;
  const limits = targets[target];
  const storage = planStorage(precision === "f16" ? withGuardedUpdates(model) : model, split.passes, precision);
  const library = new KernelLibrary();
  const buffers = { arena: ARENA, constants: CONSTANTS };
  const tuning: Tuning = { adapter: target === "software" ? "software" : "hardware", ...(options.tuning ?? { products: {} }) };
  const programs = modelPrograms(split, fusion === "full" && fusesAttention(target), precision).map((one): LoweredProgram => {
    const how = { fusion, tuning, precision: one.name === "init" ? "f32" : precision } as const;
    const lowered = lower({ graph: one.graph, weights: storage.weights, outputs: storage.outputs, buffers, limits, library, ...how });
    if (one.name !== "step") return { program: one, lowered };
    const pass = withFlatRuns(lowered, storage.sums, { buffers, limits, library }, (sum) => {
      const { buffer, byteOffset } = sum.places.get("source")!;
      return 1 + lastTouch(lowered.dispatches, { buffer, offset: byteOffset, bytes: 4 * sum.elements });
    });
    const { flops, bytes } = pass.stats;
    const all = { ...pass, stats: { flops: split.passes * flops, bytes: split.passes * bytes } };
    const context = { buffers, limits, library };
    const whole = storage.scaler === undefined ? withFlatRuns(all, storage.runs, context) : withScaledUpdates(all, storage, storage.scaler, context);
    return { program: one, lowered: whole, phases: planPhases(split, storage, whole.dispatches, pass.dispatches.length) };
  });
  const { plan, files } = assemblePlan(split, storage, programs, library, { limits, precision });
  return { plan, files, model, graphs: new Map(programs.map((p) => [p.program.name, p.program.graph])) };
}

/** The folder with all it needs to train by itself, and the texts that it was made from. */
export function withTrainer(compiled: Compiled, program: Program): Compiled {
  const { typescript, javascript } = emitTrainer(compiled.plan, program.main.source.path);
  const files: BuildFiles = new Map(compiled.files);
  files.set("trainer.ts", typescript);
  files.set("trainer.js", javascript);
  files.set("source.json", `${JSON.stringify(sourcesOf(program), null, 2)}\n`);
  // Wherever the folder goes, its trainer is a module.
  files.set("package.json", `{ "private": true, "type": "module" }\n`);
  return { ...compiled, files };
}
