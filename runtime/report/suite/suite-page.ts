import type { SuiteResult } from "../../evaluate/xares/evaluate-suite.ts";
import type { ScoredTask } from "../../evaluate/xares/scores.ts";
import { TASKS } from "../../evaluate/xares/tasks.ts";
import { htmlPage } from "../page.ts";
import { confusionFigure } from "./confusion-figure.ts";
import { mapFigure } from "./map-figure.ts";
import { tableFigure } from "./table-figure.ts";
import { suiteTables } from "./tables.ts";

/** One self-contained page: both tables, and for each scored task of the first model its confusion and a map. */
export function suitePage(runs: readonly { readonly name: string; readonly result: SuiteResult }[]): string {
  const [first] = runs;
  const scored = first!.result.tasks.filter((task): task is ScoredTask => task.status === "scored");
  const asked = first!.result.tasks.filter(({ task, status }) => status !== "missing" || TASKS.find((one) => one.name === task)?.record !== null);
  const titleOf = (name: string): string => TASKS.find((task) => task.name === name)?.title ?? name;
  const skipped = scored.reduce((sum, task) => sum + task.skipped.length, 0);
  return htmlPage({
    title: `${first!.result.model} on X-ARES`,
    lead: runs.length > 1 ? `${runs.map(({ name }) => name).join(" beside ")}; pictures are of the first` : first!.name,
    facts: [
      ["tasks scored", `${scored.length} of ${asked.length}`],
      ["clips skipped", skipped.toLocaleString("en-US")],
      ["weights", first!.result.checkpoint === null ? "untrained" : "a checkpoint"],
      ["embeddings", first!.result.digest],
      ["seed of the probes", String(first!.result.seed)],
    ],
    figures: [
      ...suiteTables(runs.map(({ name, result }) => ({ name, tasks: result.tasks }))).map(tableFigure),
      ...scored.flatMap((task) => [confusionFigure(titleOf(task.task), task), mapFigure(titleOf(task.task), task)]),
    ],
    foot: "Made by jepac. kNN as X-ARES divides each feature by its length over the bank, which is what published scores do; kNN by cosine is what was meant.",
  });
}
