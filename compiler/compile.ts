import type { Plan } from "@jepac/runtime/plan";
import { checkProgram } from "./check-program.ts";
import type { Choices } from "./elaborate/config.ts";
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
import { targets, type TargetName } from "./targets.ts";

export interface CompileOptions extends Choices {
  readonly target?: TargetName;
  /** "none" builds the unfused twin: every operation a kernel of its own. */
  readonly fusion?: "full" | "none";
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
    return { diagnostics, compiled: build(program, elaborated.model, options) };
  } catch (error) {
    if (error instanceof LowerError) return { diagnostics: [...diagnostics, overLimit(error, program, options)] };
    throw error;
  }
}

function build(program: Program, model: ElaboratedModel, options: CompileOptions): Compiled {
  const limits = targets[options.target ?? "gpu"];
  const storage = planStorage(model);
  const library = new KernelLibrary();
  const buffers = { arena: ARENA, constants: CONSTANTS };
  const fusion = options.fusion ?? "full";
  const programs = modelPrograms(model).map((one): LoweredProgram => {
    const lowered = lower({ graph: one.graph, weights: storage.weights, outputs: storage.outputs, buffers, limits, library, fusion });
    if (one.name !== "step") return { program: one, lowered };
    const whole = withFlatRuns(lowered, storage.runs, { buffers, limits, library });
    return { program: one, lowered: whole, phases: planPhases(model, storage, whole.dispatches, lowered.dispatches.length) };
  });
  const { plan, files } = assemblePlan(model, storage, programs, library, limits);
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
