import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { evaluateSuite, findBuild, makeFolder, markdownTable, suitePage, suiteTables, TASKS, textTable, UserError, writeAtomic, writeBytes, type SuiteResult, type SuiteTask } from "@jepac/runtime";
import { progressBar, type ProgressBar } from "../progress.ts";
import { style } from "../style.ts";

export interface SuiteCommand {
  readonly suite: string;
  readonly data?: string;
  readonly build?: string;
  readonly compare?: string;
  readonly untrained?: true;
  readonly tasks?: string;
  readonly attentive?: true;
  readonly vocabulary?: string;
  readonly out?: string;
  readonly seed?: number;
  readonly adapter?: string;
  readonly json?: true;
}

/** `jepac eval --suite xares --data DIR runs/x`; a build folder in place of a run stands for its untrained network. */
export async function evalSuite(where: string, options: SuiteCommand): Promise<void> {
  if (options.suite !== "xares") throw new UserError("JC023", `there is no suite '${options.suite}'`, "--suite xares is the one there is");
  if (options.data === undefined) throw new UserError("JC024", "--data is missing", "Name the folder that holds a folder of tar shards for each task, for example --data env.");
  const tasks = chosenTasks(options.tasks);
  const vocabulary = options.vocabulary === undefined ? undefined : await readVocabulary(options.vocabulary);
  const out = options.out ?? join(runFolder(where), "eval");
  // Only here: the compiler takes long to load, and the other evaluation needs none.
  const { compiledProbes } = await import("../probes.ts");
  const shared = { data: options.data, tasks, cache: join(out, "cache"), probes: compiledProbes(), attentive: options.attentive ?? false, vocabulary, adapter: options.adapter, ...(options.seed === undefined ? {} : { seed: options.seed }) };

  const models = [where, ...(options.compare === undefined ? [] : [options.compare])];
  const results: SuiteResult[] = [];
  for (const model of models) {
    const { buildDir, checkpoint, seed } = await findBuild(model, options.build);
    const bars = new TaskBars();
    const weights = options.untrained === true || checkpoint === null ? { seed } : { checkpoint };
    results.push(await evaluateSuite({ ...shared, buildDir, weights, onProgress: (task, what, done, total) => { bars.show(task, what, done, total); }, onTask: () => { bars.end(); } }));
  }
  const tables = suiteTables(results.map(({ tasks: outcomes }, i) => ({ name: models[i]!, tasks: outcomes })));
  const json = `${JSON.stringify({ suite: "xares", runs: results, tables }, null, 1)}\n`;
  process.stdout.write(options.json === true ? json : `${tables.map(textTable).join("\n\n")}\n\n${skippedText(results)}`);
  if (results.every((result) => result.tasks.every(({ status }) => status === "missing"))) {
    throw new UserError("JC029", `nothing was scored: '${options.data}' holds the data of no task`, `Each task has a folder of its own there, as ${join(options.data, tasks[0]!.name)}; docs/evaluation.md says how to fill it.`);
  }
  // Only now: scores of before are not replaced by nothing.
  await makeFolder(out);
  const write = (name: string, text: string): Promise<void> => writeAtomic(join(out, name), (file) => writeBytes(file, new TextEncoder().encode(text)));
  await write("xares.json", json);
  await write("xares.md", tables.map(markdownTable).join("\n"));
  await write("xares.html", suitePage(results.map((result, i) => ({ name: models[i]!, result }))));
  if (options.json !== true) process.stdout.write(style.faint(`written: ${join(out, "xares.html")}, xares.md, xares.json\n`));
}

/** The run's folder of a run or of a checkpoint inside it. */
function runFolder(where: string): string {
  if (!where.endsWith(".safetensors")) return where;
  return basename(dirname(where)) === "checkpoints" ? dirname(dirname(where)) : dirname(where);
}

function chosenTasks(names: string | undefined): readonly SuiteTask[] {
  if (names === undefined) return TASKS;
  return names.split(",").map((name) => {
    const task = TASKS.find((one) => one.name === name.trim());
    if (!task) throw new UserError("JC025", `there is no task '${name.trim()}'`, `the tasks: ${TASKS.map((one) => one.name).join(", ")}`);
    return task;
  });
}

async function readVocabulary(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    throw new UserError("JC026", `the vocabulary '${path}' cannot be read: ${(error as Error).message}`, "Give bert-base-uncased's vocab.txt, or leave the option out.");
  });
}

/** What was left out, by name: at most three a task. */
function skippedText(results: readonly SuiteResult[]): string {
  const lines = results.flatMap(({ tasks }) => tasks).flatMap((task) => {
    if (task.status !== "scored" || task.skipped.length === 0) return [];
    const shown = task.skipped.slice(0, 3).map(({ name, reason, detail }) => `  ${name}: ${reason} (${detail})`);
    return [`${task.task}: skipped ${task.skipped.length}`, ...shown, ...(task.skipped.length > 3 ? ["  ..."] : [])];
  });
  return lines.length === 0 ? "" : `${[...new Set(lines)].join("\n")}\n\n`;
}

/** A bar for each part of each task's work. */
class TaskBars {
  #bar: ProgressBar | undefined;
  #what = "";

  show(task: SuiteTask, what: string, done: number, total: number): void {
    const title = `${task.title}: ${what}`;
    if (title !== this.#what) {
      this.end();
      this.#bar = progressBar(title);
      this.#what = title;
    }
    this.#bar?.show(done, total);
  }

  end(): void {
    this.#bar?.end();
    this.#bar = undefined;
    this.#what = "";
  }
}
