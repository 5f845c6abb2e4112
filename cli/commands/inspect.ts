import type { Command } from "commander";
import { UserError } from "@jepac/runtime";
import { printGraph } from "../../compiler/graph/print.ts";
import { assignment } from "../arguments.ts";
import type { Compiled } from "../../compiler/compile.ts";
import { bytes } from "../numbers.ts";

const VIEWS = ["graph", "kernels", "memory", "wgsl"] as const;
type View = (typeof VIEWS)[number];

export function addInspect(program: Command): void {
  program
    .command("inspect")
    .argument("<model.jm>", "the file with the model")
    .option("--view <view>", `one of ${VIEWS.join(", ")}`, "graph")
    .option("--program <name>", "init, step, or an exported function", "step")
    .option("--preset <name>", "a named group of config values from the model")
    .option("--set <name=value>", "change one config value (repeatable)", assignment)
    .description("print the graph's text form, the kernels, the memory plan or the WGSL")
    .action(async (path: string, options: { view: string; program: string; preset?: string; set?: Record<string, string> }) => {
      const view = VIEWS.find((v) => v === options.view);
      if (view === undefined) throw new UserError("JC040", `there is no view ${options.view}`, `--view is one of ${VIEWS.join(", ")}`);
      // Only here: what writes the typed trainer takes long to load.
      const { compileFile } = await import("../compile.ts");
      const { compiled } = compileFile(path, { ...(options.preset === undefined ? {} : { preset: options.preset }), ...(options.set === undefined ? {} : { set: options.set }) });
      if (compiled === undefined) return;
      const graph = compiled.graphs.get(options.program);
      if (graph === undefined) throw new UserError("JC041", `there is no program ${options.program}`, `programs: ${[...compiled.graphs.keys()].join(", ")}`);
      process.stdout.write(`${view === "graph" ? printGraph(graph) : show[view](compiled, options.program)}\n`);
    });
}

const show: Record<Exclude<View, "graph">, (compiled: Compiled, program: string) => string> = {
  kernels({ plan }, name) {
    const uses = new Map<number, number>();
    for (const { kernel } of plan.programs[name]?.dispatches ?? []) uses.set(kernel, (uses.get(kernel) ?? 0) + 1);
    return [...uses].map(([id, n]) => `${String(n).padStart(4)} x ${plan.kernels[id]?.name ?? ""}  ${plan.kernels[id]?.source ?? ""}`).join("\n");
  },
  memory({ plan }) {
    const rows = plan.buffers.map((b) => `${b.name.padEnd(28)} ${b.kind.padEnd(10)} ${bytes(b.bytes)}`);
    return [...rows, `${"in all".padEnd(39)} ${bytes(plan.stats.peakBytes)}`].join("\n");
  },
  wgsl({ plan, files }, name) {
    const used = new Set(plan.programs[name]?.dispatches.map((d) => d.kernel));
    return plan.kernels
      .filter((_, id) => used.has(id))
      .flatMap((kernel) => kernel.variants.map((v) => `// ${kernel.name} (${v.file})\n${String(files.get(v.file))}`))
      .join("\n");
  },
};
