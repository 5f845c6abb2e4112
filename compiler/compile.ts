import type { Plan } from "@jepac/runtime/plan";
import { splitBatch, type BatchSplit } from "./batch/split.ts";
import { checkProgram } from "./check-program.ts";
import type { Choices } from "./elaborate/config.ts";
import { ElaborationFailure } from "./elaborate/failure.ts";
import { elaborate, type ElaboratedModel } from "./elaborate/model.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { diagnose } from "./diagnostics/codes.ts";
import { assemblePlan, type BuildFiles, type LoweredProgram } from "./emit/plan.ts";
import { emitTrainer } from "./emit/trainer.ts";
import { ARENA, CONSTANTS, planStorage } from "./layout/storage.ts";
import type { Graph } from "./graph/node.ts";
import { modelPrograms } from "./programs.ts";
import type { ReadSource } from "./program/load.ts";
import type { Program } from "./program/program.ts";
import { planPhases } from "./layout/phases.ts";
import { withFlatRuns } from "./layout/updates.ts";
import { KernelLibrary } from "./schedule/library.ts";
import { LowerError } from "./schedule/lower-error.ts";
import { lower } from "./schedule/lower.ts";
import type { Tuning } from "./schedule/tuning.ts";
import { fusesAttention, targets, type TargetName } from "./targets.ts";

export interface CompileOptions extends Choices {
  readonly target?: TargetName;
  /** "none" builds the unfused twin: every operation a kernel of its own. */
  readonly fusion?: "full" | "none";
  /** What was measured to be best for product shapes, as `jepac tune` writes it. */
  readonly tuning?: Omit<Tuning, "adapter">;
  /** Clips of one pass: the batch is computed in passes, and the weights move once, by the mean of their gradients. */
  readonly microBatch?: number;
}

/** A built model: the plan, the files of its folder, and what it was made from. */
export interface Compiled {
  readonly plan: Plan;
  readonly files: BuildFiles;
  readonly model: ElaboratedModel;
  /** The optimised graph of each program. */
  readonly graphs: ReadonlyMap<string, Graph>;
}

export interface CompileResult {
  readonly diagnostics: readonly Diagnostic[];
  /** Only without errors. */
  readonly compiled?: Compiled;
}

/** The compiler: a main file and a way to read others in, a build folder or messages out. Pure, and never throws. */
export function compile(mainPath: string, read: ReadSource, options: CompileOptions = {}): CompileResult {
  const { diagnostics, program } = checkProgram(mainPath, read);
  if (program === undefined) return { diagnostics };
  const elaborated = elaborate(program, options);
  if ("failure" in elaborated) return { diagnostics: [...diagnostics, elaborated.failure] };
  try {
    const split = splitBatch(program, options, elaborated.model, options.microBatch);
    return { diagnostics, compiled: build(program, split, options) };
  } catch (error) {
    if (error instanceof ElaborationFailure) return { diagnostics: [...diagnostics, error.diagnostic] };
    if (error instanceof LowerError) return { diagnostics: [...diagnostics, overLimit(error, program, options)] };
    throw error;
  }
}

function build(program: Program, split: BatchSplit, options: CompileOptions): Compiled {
  const { model } = split;
  const { target = "gpu", fusion = "full" } = options;
  const limits = targets[target];
  const storage = planStorage(model, split.passes);
  const library = new KernelLibrary();
  const buffers = { arena: ARENA, constants: CONSTANTS };
  const tuning: Tuning = { adapter: target === "software" ? "software" : "hardware", ...(options.tuning ?? { products: {} }) };
  const programs = modelPrograms(split, fusion === "full" && fusesAttention(target)).map((one): LoweredProgram => {
    const lowered = lower({ graph: one.graph, weights: storage.weights, outputs: storage.outputs, buffers, limits, library, fusion, tuning });
    if (one.name !== "step") return { program: one, lowered };
    const pass = withFlatRuns(lowered, storage.sums, { buffers, limits, library });
    const { flops, bytes } = pass.stats;
    const all = { ...pass, stats: { flops: split.passes * flops, bytes: split.passes * bytes } };
    const whole = withFlatRuns(all, storage.runs, { buffers, limits, library });
    return { program: one, lowered: whole, phases: planPhases(split, storage, whole.dispatches, pass.dispatches.length) };
  });
  const { plan, files } = assemblePlan(split, storage, programs, library, limits);
  const trainer = emitTrainer(plan, program.main.source.path);
  files.set("trainer.ts", trainer.typescript);
  files.set("trainer.js", trainer.javascript);
  // Wherever the folder goes, its trainer is a module.
  files.set("package.json", `{ "private": true, "type": "module" }\n`);
  return { plan, files, model, graphs: new Map(programs.map((p) => [p.program.name, p.program.graph])) };
}

function overLimit(error: LowerError, program: Program, options: CompileOptions): Diagnostic {
  const span = error.span ?? { source: program.main.source, start: 0, end: 0 };
  const amount = (n: number): string => (error.limitName === "maxStorageBuffersPerShaderStage" ? `${n} buffers at once` : `${(n / 2 ** 20).toFixed(0)} MiB`);
  const parts = { subject: error.subject, limit: error.limitName, needed: amount(error.found), offered: amount(error.limit) };
  const help = options.target === "software" ? ["a smaller `--set batch=...` needs less, and `--target gpu` offers more"] : ["a smaller `--set batch=...` needs less"];
  return diagnose("JM0601", parts, [{ span, text: "made here" }], { help });
}
