import { basename, join } from "node:path";
import type { Command } from "commander";
import { importCheckpoint } from "@jepac/runtime";
import { collected } from "../arguments.ts";
import { progressBar } from "../progress.ts";

export function addImport(program: Command): void {
  program
    .command("import")
    .argument("<file>", "a checkpoint that PyTorch wrote (.ckpt, .pt), or a .safetensors file with the authors' names")
    .argument("<build>", "the folder that `jepac build` wrote, of a model with the file's sizes")
    .option("--out <folder>", "the run's folder to make (default: runs/<file name>)")
    .option("--allow <global>", "read a Python name that is not on the list, as a name without meaning (repeatable)", collected)
    .description("turn a PyTorch checkpoint of Audio-JEPA into one of jepac, without Python; nothing in it is executed")
    .action(async (file: string, build: string, options: { out?: string; allow?: string[] }) => {
      const out = options.out ?? join("runs", basename(file).replace(/\.[^.]*$/, ""));
      const bar = progressBar("importing");
      try {
        const result = await importCheckpoint({ file, buildDir: build, out, allow: options.allow, onProgress: (done, total) => bar.show(done, total) });
        bar.end();
        process.stdout.write(`${result.checkpoint}: ${result.tensors} tensors of ${result.model}, after ${result.step} steps\n`);
        if (result.leftOut.length > 0) process.stdout.write(`left out, as no part of the model: ${result.leftOut.join(", ")}\n`);
      } finally {
        bar.end();
      }
    });
}
