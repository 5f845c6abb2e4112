import type { Command } from "commander";
import type { Precision } from "@jepac/runtime/plan";
import { measureProgram, openGpu, planInMemory, Session, type GpuInfo } from "@jepac/runtime";
import type { Compiled } from "../../compiler/compile.ts";
import type { ProductTuning } from "../../compiler/schedule/tuning.ts";
import { assignment, positiveInt, precisionName } from "../arguments.ts";
import { style } from "../style.ts";
import { addTuning, TUNING_FILE } from "../tuning-file.ts";

interface TuneOptions {
  preset?: string;
  set?: Record<string, string>;
  adapter?: string;
  precision: Precision;
  runs: number;
  out: string;
}

/** Milliseconds of all products of one shape in a step, for each candidate. */
type Results = Map<string, { readonly candidate: ProductTuning; readonly milliseconds: number }[]>;

export function addTune(program: Command): void {
  program
    .command("tune")
    .argument("<model.jm>", "the file with the model")
    .option("--preset <name>", "a named group of config values from the model")
    .option("--set <name=value>", "change one config value (repeatable)", assignment)
    .option("--adapter <name>", "a part of the GPU's name, or `software`")
    .option("--precision <type>", "of the builds to come: f32, or f16, where matrix units have tiles of their own", precisionName, "f32")
    .option("--runs <n>", "steps to measure for each candidate; times are their medians", positiveInt, 3)
    .option("--out <file>", "where to write; builds look in the present folder", TUNING_FILE)
    .description("measure which tiles suit the model's matrix products on this device, for builds to use")
    .action(async (path: string, options: TuneOptions) => {
      const { compileFile } = await import("../compile.ts");
      const { tuningCandidates } = await import("../../compiler/tuning-candidates.ts");
      const gpu = await openGpu({ adapter: options.adapter });
      try {
        const { preset, set, precision } = options;
        const adapter = gpu.info.software ? "software" : "hardware";
        const results: Results = new Map();
        const candidates = tuningCandidates(adapter, precision === "f16" && gpu.info.matrices.length > 0);
        for (const [i, candidate] of candidates.entries()) {
          const { compiled } = compileFile(path, {
            target: gpu.info.software ? "software" : "gpu",
            precision,
            tuning: { products: {}, otherwise: candidate },
            ...(preset === undefined ? {} : { preset }),
            ...(set === undefined ? {} : { set }),
          });
          if (compiled === undefined) return;
          process.stderr.write(style.faint(`measuring ${nameOf(candidate)}, ${i + 1} of ${candidates.length}\n`));
          const session = await Session.open(inMemory(compiled), gpu);
          const { dispatches } = await measureProgram(session, "step", options.runs);
          session.dispose();
          collect(results, candidate, dispatches);
        }
        const found = bestOf(results);
        addTuning(options.out, gpu.info.name, found);
        print(gpu.info, results, options.out);
      } finally {
        gpu.destroy();
      }
    });
}

function inMemory({ plan, files }: Compiled) {
  const wgsl: Record<string, string> = {};
  for (const [name, content] of files) if (typeof content === "string" && name.endsWith(".wgsl")) wgsl[name] = content;
  const constants = files.get("constants.bin");
  return planInMemory(plan, wgsl, typeof constants === "object" ? new Uint8Array(constants) : new Uint8Array());
}

function collect(results: Results, candidate: ProductTuning, dispatches: readonly { readonly shape: string | undefined; readonly microseconds: number }[]): void {
  const sums = new Map<string, number>();
  for (const { shape, microseconds } of dispatches) {
    if (shape !== undefined) sums.set(shape, (sums.get(shape) ?? 0) + microseconds / 1000);
  }
  for (const [shape, milliseconds] of sums) results.set(shape, [...(results.get(shape) ?? []), { candidate, milliseconds }]);
}

function fastest(of: readonly { readonly candidate: ProductTuning; readonly milliseconds: number }[]) {
  return of.reduce((best, one) => (one.milliseconds < best.milliseconds ? one : best));
}

function bestOf(results: Results): Record<string, ProductTuning> {
  return Object.fromEntries([...results].map(([shape, all]) => [shape, fastest(all).candidate]));
}

function print({ name }: GpuInfo, results: Results, out: string): void {
  process.stdout.write(`${style.strong(name)}: ${results.size} product shapes, ms a step by candidate, the best first\n`);
  for (const [shape, all] of results) {
    const sorted = all.toSorted((a, b) => a.milliseconds - b.milliseconds);
    const cells = sorted.map(({ candidate, milliseconds }) => `${nameOf(candidate)} ${milliseconds.toFixed(2)}`);
    process.stdout.write(`  ${shape.padEnd(24)}  ${cells.join("  ")}\n`);
  }
  process.stdout.write(style.faint(`written to ${out}: \`jepac build\` here uses it\n`));
}

function nameOf({ tile, matrixTile, block }: ProductTuning): string {
  return tile ?? matrixTile ?? `${8 * block!.bands}x${32 * block!.fours}`;
}
