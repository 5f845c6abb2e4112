import type { Command } from "commander";
import { countReasons, embedClips, POOLS, UserError } from "@jepac/runtime";
import { progressBar } from "../progress.ts";

export function addEmbed(program: Command): void {
  program
    .command("embed")
    .argument("<build>", "the folder that `jepac build` wrote")
    .argument("<clips>", "a folder of audio files, tar shards, or prepared shards")
    .requiredOption("--out <file.npy>", "the NumPy array to write; its index goes beside it as JSON")
    .option("--checkpoint <path>", "a checkpoint or a run's folder (default: the untrained network)")
    .option("--pool <mean|time|tokens>", "mean: one vector a clip; time: one a time step, the features of evaluation suites (X-ARES); tokens: all vectors of each window", "mean")
    .option("--adapter <name>", "a part of the GPU's name, or `software`")
    .description("embed clips with the frozen encoder")
    .action(async (build: string, clips: string, options: { out: string; checkpoint?: string; pool: string; adapter?: string }) => {
      const pool = POOLS.find((known) => known === options.pool);
      if (!pool) throw new UserError("JC021", `--pool is mean, time or tokens, not ${options.pool}`);
      const bar = progressBar("embedding");
      const result = await embedClips({
        buildDir: build,
        data: clips,
        out: options.out,
        checkpoint: options.checkpoint ?? null,
        pool,
        adapter: options.adapter,
        onProgress: (done, total) => {
          bar.show(done, total);
        },
      });
      bar.end();
      process.stdout.write(`${result.npy}: f32[${result.shape.join(", ")}]; rows in ${result.index}\n`);
      if (result.skipped.length > 0) process.stdout.write(`skipped ${result.skipped.length}: ${countReasons(result.skipped)}\n`);
    });
}
