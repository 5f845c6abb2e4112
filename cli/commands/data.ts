import type { Command } from "commander";
import { countReasons, prepare, UserError } from "@jepac/runtime";
import { progressBar } from "../progress.ts";
import { positiveInt } from "../arguments.ts";

export function addData(program: Command): void {
  const data = program.command("data").description("work on clips before training");
  data
    .command("prepare")
    .argument("<clips>", "a folder of audio files, or WebDataset tar shards")
    .argument("<out>", "the folder of shards to write")
    .requiredOption("--rate <hz>", "the model's sample rate", positiveInt)
    .option("--workers <n>", "threads that decode (default: all cores)", positiveInt)
    .option("--encoding <s16|f32>", "how samples are stored", "s16")
    .description("decode, downmix and resample every clip once, into shards that training reads by offset")
    .action(async (clips: string, out: string, options: { rate: number; workers?: number; encoding: string }) => {
      const { encoding } = options;
      if (encoding !== "s16" && encoding !== "f32") throw new UserError("JC020", `--encoding is s16 or f32, not ${encoding}`);
      const bar = progressBar("preparing");
      const stop = new AbortController();
      const onInterrupt = (): void => {
        stop.abort();
      };
      process.once("SIGINT", onInterrupt);
      try {
        const report = await prepare(clips, out, {
          rate: options.rate,
          encoding,
          signal: stop.signal,
          ...(options.workers === undefined ? {} : { workers: options.workers }),
          onProgress: ({ done, total, skipped }) => {
            bar.show(done, total, skipped === 0 ? "" : `${skipped} skipped`);
          },
        });
        bar.end();
        const minutes = (report.seconds / 60).toFixed(1);
        process.stdout.write(`${report.clips} clips, ${minutes} minutes, in ${out} (${report.converted} decoded now)\n`);
        if (report.skipped.length > 0) {
          process.stdout.write(`skipped ${report.skipped.length}: ${countReasons(report.skipped)}\n`);
          for (const clip of report.skipped.slice(0, 20)) process.stdout.write(`  ${clip.name}: ${clip.reason} (${clip.detail})\n`);
          if (report.skipped.length > 20) process.stdout.write(`  and ${report.skipped.length - 20} more\n`);
        }
      } finally {
        bar.end();
        process.off("SIGINT", onInterrupt);
      }
    });
}
