import { PUBLISHED } from "../../evaluate/xares/published.ts";
import type { Column, Score, TaskOutcome } from "../../evaluate/xares/scores.ts";
import type { SuiteTask } from "../../evaluate/xares/task.ts";
import { TASKS } from "../../evaluate/xares/tasks.ts";

/** One evaluated model's outcomes, under the name its columns carry. */
export interface SuiteRun {
  readonly name: string;
  readonly tasks: readonly TaskOutcome[];
}

/** A table of the paper with columns of our own beside its own; formats only lay it out. */
export interface SuiteTable {
  readonly title: string;
  readonly columns: readonly { readonly name: string; readonly published: boolean }[];
  readonly rows: readonly SuiteRow[];
}

export interface SuiteRow {
  readonly title: string;
  readonly domain: string;
  readonly metric: string;
  /** A published score is a bare number; null where there is none. */
  readonly cells: readonly (Score | number | null)[];
  /** What to know of the row: why a task is not scored, samples, skipped clips. */
  readonly note: string;
}

const METRICS = { "accuracy": "accuracy", "mean-average-precision": "mAP", "segment-f1": "segment F1", "recall-at-1": "R@1" } as const;
const COLUMNS: Readonly<Record<Column, string>> = { linear: "linear", attentive: "attentive", xares: "kNN as X-ARES", cosine: "kNN by cosine" };

/** The paper's Tables II (probes) and III (kNN), with this run's columns, and another's where two are compared. */
export function suiteTables(runs: readonly SuiteRun[]): SuiteTable[] {
  return [
    tableOf("Table II: probes on frozen features", "linear", ["linear", "attentive"], runs, TASKS),
    tableOf("Table III: k nearest neighbours", "knn", ["xares", "cosine"], runs, TASKS.filter(({ knn }) => knn)),
  ];
}

function tableOf(title: string, published: "linear" | "knn", wanted: readonly Column[], runs: readonly SuiteRun[], tasks: readonly SuiteTask[]): SuiteTable {
  const shown = tasks.filter((task) => runs.some((run) => run.tasks.some((outcome) => outcome.task === task.name && (task.record !== null || outcome.status !== "missing"))));
  const own = runs.flatMap((run) => wanted.filter((column) => run.tasks.some((outcome) => outcome.status === "scored" && outcome.scores[column])).map((column) => ({ run, column })));
  const cell = (task: SuiteTask, { run, column }: (typeof own)[number]): Score | null => {
    const outcome = run.tasks.find((one) => one.task === task.name);
    return outcome?.status === "scored" ? (outcome.scores[column] ?? null) : null;
  };
  const rows = shown.map((task): SuiteRow => ({
    title: task.title,
    domain: task.domain,
    metric: METRICS[task.metric.kind],
    cells: [...PUBLISHED.map((model) => model[published][task.name] ?? null), ...own.map((column) => cell(task, column))],
    note: noteOf(task, runs),
  }));
  const columns = [
    ...PUBLISHED.map(({ name }) => ({ name, published: true })),
    ...own.map(({ run, column }) => ({ name: runs.length > 1 ? `${run.name}, ${COLUMNS[column]}` : COLUMNS[column], published: false })),
  ];
  return { title, columns, rows: [...rows, ...averageRow(shown, rows)] };
}

/** The suite's weighted average (reference 2.7), of each column over the tasks that it has among those scored here. */
function averageRow(tasks: readonly SuiteTask[], rows: readonly SuiteRow[]): SuiteRow[] {
  const scored = rows.map((row) => row.cells.slice(PUBLISHED.length)).map((cells) => cells.length > 0 && cells.some((cell) => cell !== null));
  const count = scored.filter(Boolean).length;
  if (count === 0) return [];
  const cells = rows[0]!.cells.map((_, column) => {
    const terms = rows.flatMap((row, i) => (scored[i] && row.cells[column] !== null ? [{ score: valueOf(row.cells[column]!), weight: tasks[i]!.weight }] : []));
    const weight = terms.reduce((sum, term) => sum + term.weight, 0);
    return weight > 0 ? terms.reduce((sum, term) => sum + term.score * term.weight, 0) / weight : null;
  });
  return [{ title: `weighted average of these ${count}`, domain: "", metric: "", cells, note: "the suite's weights" }];
}

/** A cell's number. */
export const valueOf = (cell: Score | number): number => (typeof cell === "number" ? cell : cell.score);

function noteOf(task: SuiteTask, runs: readonly SuiteRun[]): string {
  const notes = runs.map((run) => {
    const outcome = run.tasks.find((one) => one.task === task.name);
    return outcome === undefined ? "not asked for" : outcomeNote(task, outcome);
  });
  return [...new Set(notes)].join(" / ");
}

function outcomeNote(task: SuiteTask, outcome: TaskOutcome): string {
  if (outcome.status === "failed") return `failed: ${outcome.why}`;
  if (outcome.status === "missing") return `missing: ${outcome.partly ? `${outcome.why}; ` : ""}${task.record === null ? "not public" : `Zenodo record ${task.record}`}`;
  const [first] = Object.values(outcome.scores);
  return [`n = ${first?.n ?? 0}`, ...(outcome.skipped.length > 0 ? [`${outcome.skipped.length} clips skipped`] : []), ...outcome.notes].join("; ");
}
