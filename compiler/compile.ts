import { splitBatch } from "./batch/split.ts";
import { buildPlan, withTrainer, type BuildOptions, type Compiled } from "./build.ts";
import { checkProgram } from "./check-program.ts";
import type { Choices } from "./elaborate/config.ts";
import { ElaborationFailure } from "./elaborate/failure.ts";
import { elaborate } from "./elaborate/model.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { diagnose } from "./diagnostics/codes.ts";
import { compileWithin, type MemoryChoice } from "./memory/within.ts";
import type { ReadSource } from "./program/load.ts";
import type { Program } from "./program/program.ts";
import { LowerError } from "./schedule/lower-error.ts";

export type { Compiled } from "./build.ts";

export interface CompileOptions extends Choices, BuildOptions {
  /** Clips of one pass: the batch is computed in passes, and the weights move once, by the mean of their gradients. */
  readonly microBatch?: number;
  /** Bytes that the plan may take: the compiler chooses `microBatch` and `layers`, where they are not given. */
  readonly memory?: number;
}

export interface CompileResult {
  readonly diagnostics: readonly Diagnostic[];
  /** Only without errors. */
  readonly compiled?: Compiled;
  /** What was tried, and what was chosen, where there is a budget of memory. */
  readonly memory?: MemoryChoice;
}

/** The compiler: a main file and a way to read others in, a build folder or messages out. Pure, and never throws. */
export function compile(mainPath: string, read: ReadSource, options: CompileOptions = {}): CompileResult {
  const { diagnostics, program } = checkProgram(mainPath, read);
  if (program === undefined) return { diagnostics };
  try {
    if (options.memory !== undefined) {
      const { compiled, choice } = compileWithin(program, { ...options, memory: options.memory });
      return { diagnostics, compiled: withTrainer(compiled, program), memory: choice };
    }
    return { diagnostics, compiled: withTrainer(buildPlan(elaborateSplit(program, options), options), program) };
  } catch (error) {
    if (error instanceof ElaborationFailure) return { diagnostics: [...diagnostics, error.diagnostic] };
    if (error instanceof LowerError) return { diagnostics: [...diagnostics, overLimit(error, program, options)] };
    throw error;
  }
}

function elaborateSplit(program: Program, options: CompileOptions): ReturnType<typeof splitBatch> {
  const whole = elaborate(program, options);
  if ("failure" in whole) throw new ElaborationFailure(whole.failure);
  return splitBatch(program, options, whole.model, options.microBatch);
}

function overLimit(error: LowerError, program: Program, options: CompileOptions): Diagnostic {
  const span = error.span ?? { source: program.main.source, start: 0, end: 0 };
  const amount = (n: number): string => (error.limitName === "maxStorageBuffersPerShaderStage" ? `${n} buffers at once` : `${(n / 2 ** 20).toFixed(0)} MiB`);
  const parts = { subject: error.subject, limit: error.limitName, needed: amount(error.found), offered: amount(error.limit) };
  const smaller = "`--micro-batch` and a smaller `--set batch=...` need less";
  const help = options.target === "software" ? [`${smaller}, and \`--target gpu\` offers more`] : [smaller];
  return diagnose("JM0601", parts, [{ span, text: "made here" }], { help });
}
