import type { Command } from "commander";
import { countReasons, evaluateKnn, UserError, type Accuracy } from "@jepac/runtime";
import { positiveInt, wholeNumber } from "../arguments.ts";
import { progressBar } from "../progress.ts";
import { style } from "../style.ts";
import { evalSuite, type SuiteCommand } from "./eval-suite.ts";

interface KnnCommand {
  readonly knn?: true;
  readonly checkpoint?: string;
  readonly k?: number;
  readonly labels?: string;
  readonly adapter?: string;
  readonly json?: true;
}

export function addEval(program: Command): void {
  program
    .command("eval")
    .argument("<model>", "with --suite: a run's folder, a checkpoint, or a build's folder for its untrained network; with --knn: the folder that `jepac build` wrote")
    .argument("[clips]", "with --knn: labelled clips (labels.csv, or one folder for each class)")
    .option("--suite <name>", "every task of a suite whose data are there: xares")
    .option("--data <folder>", "the suite's data: a folder of tar shards for each task")
    .option("--tasks <names>", "only these tasks, with commas between")
    .option("--attentive", "train V-JEPA's attentive probe, too")
    .option("--compare <model>", "a second run or checkpoint, in columns of its own")
    .option("--untrained", "the network as training began, in place of the checkpoint")
    .option("--build <folder>", "where the model was built, if run.json does not say")
    .option("--out <folder>", "where tables and kept embeddings go (default: <run>/eval)")
    .option("--vocabulary <file>", "bert-base-uncased's vocab.txt, for the captions of Clotho")
    .option("--seed <n>", "of the probes (default: 42)", wholeNumber)
    .option("--knn", "k nearest neighbours by cosine, the untrained network beside it")
    .option("--checkpoint <path>", "with --knn: a checkpoint or a run's folder")
    .option("--k <n>", "neighbours that vote", positiveInt)
    .option("--labels <file.csv>", "columns name, one for each task, and split (train or test)")
    .option("--adapter <name>", "a part of the GPU's name, or `software`")
    .option("--json", "print the scores as JSON")
    .description("score the frozen encoder: on the X-ARES suite, or by kNN on clips of your own")
    .action(async (model: string, clips: string | undefined, options: KnnCommand & Omit<SuiteCommand, "suite"> & { readonly suite?: string }) => {
      if (options.suite !== undefined) await evalSuite(model, { ...options, suite: options.suite });
      else if (options.knn === true) await evalKnn(model, clips, options);
      else throw new UserError("JC022", "say how to score", "--suite xares --data <folder> runs every task there is data for; --knn scores clips of your own");
    });
}

async function evalKnn(build: string, clips: string | undefined, options: KnnCommand): Promise<void> {
  if (clips === undefined) throw new UserError("JC027", "--knn needs labelled clips", "jepac eval <build> <clips> --knn --checkpoint <run>");
  if (options.checkpoint === undefined) throw new UserError("JC028", "--knn needs a checkpoint", "name a run's folder with --checkpoint");
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
    process.stdout.write(`  ${task.task}: trained ${shown(task.trained)}, untrained ${shown(task.untrained)}, commonest class ${percent(task.trained.majority)}\n`);
  }
  if (result.skipped.length > 0) process.stdout.write(`skipped ${result.skipped.length}: ${countReasons(result.skipped)}\n`);
}

function shown(score: Accuracy): string {
  return `${percent(score.accuracy)} [${percent(score.low)}, ${percent(score.high)}] of ${score.total}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
