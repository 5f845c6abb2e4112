import type { Command } from "commander";
import { countReasons, evaluateKnn, UserError, type Accuracy } from "@jepac/runtime";
import { positiveInt } from "../arguments.ts";
import { progressBar } from "../progress.ts";
import { style } from "../style.ts";

export function addEval(program: Command): void {
  program
    .command("eval")
    .argument("<build>", "the folder that `jepac build` wrote")
    .argument("<clips>", "labelled clips: labels.csv, or one folder for each class")
    .requiredOption("--checkpoint <path>", "a checkpoint or a run's folder")
    .option("--knn", "k nearest neighbours by cosine, the untrained network beside it")
    .option("--k <n>", "neighbours that vote", positiveInt)
    .option("--labels <file.csv>", "columns name, one for each task, and split (train or test)")
    .option("--adapter <name>", "a part of the GPU's name, or `software`")
    .option("--json", "print the scores as JSON")
    .description("score the frozen encoder on labelled clips")
    .action(async (build: string, clips: string, options: { checkpoint: string; knn?: true; k?: number; labels?: string; adapter?: string; json?: true }) => {
      if (options.knn !== true) throw new UserError("JC022", "say how to score", "--knn is the evaluation there is");
      const bar = progressBar("embedding");
      const result = await evaluateKnn({
        buildDir: build,
        checkpoint: options.checkpoint,
        data: clips,
        labels: options.labels,
        adapter: options.adapter,
        ...(options.k === undefined ? {} : { k: options.k }),
        onProgress: (network, done, total) => {
          bar.show(done, total, network);
        },
      });
      bar.end();
      if (options.json === true) {
        process.stdout.write(`${JSON.stringify(result)}\n`);
        return;
      }
      process.stdout.write(`${style.strong(result.model)} after ${result.step} steps, kNN (k = ${result.k}) on ${result.clips} clips\n`);
      for (const task of result.tasks) {
        process.stdout.write(
          `  ${task.task}: trained ${shown(task.trained)}, untrained ${shown(task.untrained)}, commonest class ${percent(task.trained.majority)}\n`,
        );
      }
      if (result.skipped.length > 0) process.stdout.write(`skipped ${result.skipped.length}: ${countReasons(result.skipped)}\n`);
    });
}

function shown(score: Accuracy): string {
  return `${percent(score.accuracy)} [${percent(score.low)}, ${percent(score.high)}] of ${score.total}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
