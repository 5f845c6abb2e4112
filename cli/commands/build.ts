import { readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Command } from "commander";
import type { Precision } from "@jepac/runtime/plan";
import { makeFolder, UserError } from "@jepac/runtime";
import type { Compiled } from "../../compiler/compile.ts";
import type { MemoryChoice } from "../../compiler/memory/within.ts";
import { targets, type TargetName } from "../../compiler/targets.ts";
import { assignment, memorySize, positiveInt, precisionName } from "../arguments.ts";
import { bytes, count } from "../numbers.ts";
import { style } from "../style.ts";
import { allProducts, findTuning, TUNING_FILE } from "../tuning-file.ts";

export interface BuildOptions {
  preset?: string;
  set?: Record<string, string>;
  target: string;
  microBatch?: number;
  recompute?: boolean;
  tuning?: string;
  memory?: number;
  precision: Precision;
  out?: string;
}

export function addBuild(program: Command): void {
  program
    .command("build")
    .argument("<model.jm>", "the file with the model")
    .option("--preset <name>", "a named group of config values from the model")
    .option("--set <name=value>", "change one config value (repeatable)", assignment)
    .option("--target <name>", "the limits to build for: gpu, or software (bindings of 128 MiB at most)", "gpu")
    .option("--micro-batch <clips>", "compute the batch in passes over so many clips each, to save memory", positiveInt)
    .option("--recompute", "compute layers again in the backward pass instead of keeping what they made, to save memory")
    .option("--memory <size>", "choose passes and recomputation so that all fits, for example 8GiB", memorySize)
    .option("--tuning <file>", `what \`jepac tune\` measured (default: ${TUNING_FILE}, if it is there)`)
    .option("--precision <type>", "f32, or f16: activations in half precision, weights and sums in f32", precisionName, "f32")
    .option("--out <folder>", "where to write (default: build/<file name>)")
    .description("compile a model into a folder that trains with the runtime alone")
    .action(async (path: string, options: BuildOptions) => {
      const started = performance.now();
      const { target } = options;
      if (!isTarget(target)) throw new UserError("JC032", `there is no target ${target}`, `--target is one of ${Object.keys(targets).join(", ")}`);
      // Only here: what writes the typed trainer takes long to load.
      const { compileFile } = await import("../compile.ts");
      const { preset, set, precision, microBatch, recompute, memory } = options;
      const tuning = findTuning(options.tuning);
      const { compiled, memory: choice } = compileFile(path, {
        target,
        ...(tuning === undefined ? {} : { tuning: { products: allProducts(tuning) } }),
        precision,
        ...(preset === undefined ? {} : { preset }),
        ...(set === undefined ? {} : { set }),
        ...(microBatch === undefined ? {} : { microBatch }),
        ...(recompute === true ? { layers: "recomputed" } : {}),
        ...(memory === undefined ? {} : { memory }),
      });
      if (compiled === undefined) return;
      const out = options.out ?? join("build", basename(path, ".jm"));
      await writeBuild(out, compiled);
      printSummary(compiled, choice, out, performance.now() - started, tuning && Object.keys(tuning.adapters).join(", "));
    });
}

function isTarget(name: string): name is TargetName {
  return Object.hasOwn(targets, name);
}

/** Writes the folder beside its place and moves it there, so that a half-written build is never seen. */
export async function writeBuild(out: string, compiled: Compiled): Promise<void> {
  await refuseOthers(out);
  const fresh = `${out.replace(/[\\/]+$/, "")}.new`;
  try {
    await rm(fresh, { recursive: true, force: true });
    await makeFolder(fresh);
    for (const [name, content] of compiled.files) {
      await makeFolder(dirname(join(fresh, name)));
      await writeFile(join(fresh, name), content);
    }
    await rm(out, { recursive: true, force: true });
    await rename(fresh, out);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError("JC030", `${out} cannot be written: ${code === "ENOSPC" ? "the disk is full" : message}`, "name another folder with --out");
  }
}

/** What stands at the place of a build is replaced: only an earlier build or an empty folder may be. */
async function refuseOthers(out: string): Promise<void> {
  const found = await stat(out).catch(() => null);
  if (found === null) return;
  const inside = found.isDirectory() ? await readdir(out) : null;
  if (inside !== null && (inside.length === 0 || inside.includes("plan.json"))) return;
  throw new UserError("JC031", `${out} is ${inside === null ? "a file" : "a folder with other things in it"}, and a build would replace it`, "name another folder with --out");
}

function printSummary({ plan }: Compiled, choice: MemoryChoice | undefined, out: string, milliseconds: number, tuned: string | undefined): void {
  const { stats } = plan;
  const step = plan.programs["step"];
  const kernels = new Set(step?.dispatches.map((d) => d.kernel)).size;
  const rows = [
    ...Object.entries(stats.parameters).map(([net, n]): [string, string] => [net, `${n.toLocaleString("en-US")} parameters`]),
    ["step", `${kernels} kernels in ${step?.dispatches.length ?? 0} dispatches, ${count(stats.flops)}FLOP, ${bytes(stats.bytes)} moved`],
    ...(step?.phases === undefined || step.phases.passes === 1 ? [] : [["passes", `${step.phases.passes} over ${step.phases.clips} clips each, one update`] as const]),
    ...(tuned === undefined ? [] : [["tuned by", tuned] as const]),
    ["memory", `${bytes(stats.peakBytes)} planned at the peak${choice === undefined ? "" : ` of ${bytes(choice.budget)}, layers ${choice.layers}`}`],
    ...triedRows(choice),
    ["written", `${out} in ${(milliseconds / 1000).toFixed(1)} s`],
  ] as const;
  const width = Math.max(...rows.map(([name]) => name.length));
  process.stdout.write(`${style.strong(plan.model)}\n`);
  for (const [name, text] of rows) process.stdout.write(`  ${name.padEnd(width)}  ${text}\n`);
}

/** What a build within a budget did not choose. */
function triedRows(choice: MemoryChoice | undefined): (readonly [string, string])[] {
  const others = choice?.tried.filter(({ clips, layers }) => clips !== choice.clips || layers !== choice.layers) ?? [];
  return others.map(({ clips, layers, peak }) => {
    const passes = clips === 0 ? "" : `${clips} clips a pass, `;
    return ["tried", `${passes}layers ${layers}: ${peak === undefined ? "over a limit of the target" : bytes(peak)}`] as const;
  });
}
