import type { Command } from "commander";
import { perSecond, profileBuild, writeProfilePage, type KernelTime, type Profile } from "@jepac/runtime";
import { positiveInt } from "../arguments.ts";
import { style } from "../style.ts";

export function addProfile(program: Command): void {
  program
    .command("profile")
    .argument("<build>", "the folder that `jepac build` wrote")
    .option("--program <name>", "step, or an exported function", "step")
    .option("--runs <n>", "runs to measure; times are their medians", positiveInt, 5)
    .option("--top <n>", "kernels to list", positiveInt, 25)
    .option("--adapter <name>", "a part of the GPU's name, or `software`")
    .option("--html <file>", "write a page with a flame chart and a roofline too")
    .option("--json", "print every kernel's figures as JSON")
    .description("tell what each kernel takes on the device, and the line it came from")
    .action(async (build: string, options: { program: string; runs: number; top: number; adapter?: string; html?: string; json?: true }) => {
      const profile = await profileBuild({ buildDir: build, program: options.program, runs: options.runs, adapter: options.adapter });
      if (options.html !== undefined) await writeProfilePage(profile, options.html);
      if (options.json === true) process.stdout.write(`${JSON.stringify({ ...profile, kernels: profile.kernels.map(withRates) })}\n`);
      else {
        print(profile, options.top);
        if (options.html !== undefined) process.stdout.write(style.faint(`written: ${options.html}\n`));
      }
    });
}

/** 10⁹ operations and bytes a second beside the sums; left out where there are none. */
function withRates(kernel: KernelTime): object {
  const { flops, bytes, milliseconds } = kernel;
  return { ...kernel, gflopPerSecond: perSecond(flops, milliseconds), gigabytesPerSecond: perSecond(bytes, milliseconds) };
}

function print({ model, program, gpu, runMilliseconds, kernelMilliseconds, kernels }: Profile, top: number): void {
  process.stdout.write(`${style.strong(`${model}.${program}`)} on ${gpu.name}: ${runMilliseconds.toFixed(2)} ms a run, ${kernelMilliseconds.toFixed(2)} ms in kernels\n`);
  const rows = [["share", "ms", "times", "GFLOP/s", "GB/s", "kernel", "line"], ...kernels.slice(0, top).map(cells)];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const [i, row] of rows.entries()) {
    const line = row.map((cell, column) => (column < 5 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join("  ").trimEnd();
    process.stdout.write(`${i === 0 ? style.faint(line) : line}\n`);
  }
  if (kernels.length > top) process.stdout.write(style.faint(`and ${kernels.length - top} more: --top ${kernels.length}\n`));
}

function cells({ kernel, source, dispatches, milliseconds, share, flops, bytes }: KernelTime): string[] {
  const rate = (amount: number): string => perSecond(amount, milliseconds)?.toFixed(1) ?? "";
  return [`${(100 * share).toFixed(1)} %`, milliseconds.toFixed(3), String(dispatches), rate(flops), rate(bytes), kernel, source ?? ""];
}
