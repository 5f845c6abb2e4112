import { basename, join } from "node:path";
import { writeAtomic, writeBytes } from "../checkpoint/atomic-write.ts";
import { openClips } from "../data/open-clips.ts";
import { UserError } from "../errors.ts";
import type { KnnResult } from "../evaluate/evaluate-knn.ts";
import { loadPlan } from "../plan/read.ts";
import type { Plan } from "../plan/schema.ts";
import { audioNeed } from "../train/batches.ts";
import { stepProgram } from "../train/loop.ts";
import { readMetrics, type MetricsLine } from "../train/metrics-file.ts";
import { RunFolder, type RunRecord } from "../train/run-folder.ts";
import { duration, shortNumber } from "../train/numbers.ts";
import { knnTable } from "./knn-table.ts";
import { lineChart, type ChartLine } from "./line-chart.ts";
import { modelPicture } from "./model-picture.ts";
import { htmlPage } from "./page.ts";

export interface ReportOptions {
  /** What `jepac build` wrote. */
  readonly buildDir: string;
  /** The run's folder. */
  readonly run: string;
  /** Clips, for the picture of one; without it the picture is left out. */
  readonly data?: string | undefined;
  /** Scores to show, as `evaluateKnn` gives them. */
  readonly knn?: Pick<KnnResult, "tasks" | "k" | "temperature"> | undefined;
  /** The `.html` to write. */
  readonly out: string;
}

/** Writes one self-contained HTML page about a run: its curves, a clip with a mask, and kNN scores. Throws a UserError JR620 where there is no run. */
export async function writeReport({ buildDir, run, data, knn, out }: ReportOptions): Promise<void> {
  const { plan } = await loadPlan(buildDir);
  const folder = new RunFolder(run);
  const record = await folder.record();
  if (!record) throw new UserError("JR620", `there is no run in '${run}': '${join(run, "run.json")}' cannot be read`, "Name the --out folder of a training.");
  const html = renderReport({ plan, record, metrics: await readMetrics(folder.metrics), picture: await picture(plan, record, data), knn });
  await writeAtomic(out, (file) => writeBytes(file, new TextEncoder().encode(html)));
}

async function picture(plan: Plan, record: RunRecord, data: string | undefined): Promise<string> {
  const need = audioNeed(stepProgram(plan));
  if (data === undefined || !need) return "";
  const source = await openClips(data, { rate: need.rate });
  try {
    return await modelPicture(plan, source, record.seed, 0);
  } finally {
    await source.close();
  }
}

/** What a report shows. */
export interface ReportContent {
  readonly plan: Plan;
  readonly record: RunRecord;
  readonly metrics: readonly MetricsLine[];
  /** A finished figure, or empty. */
  readonly picture: string;
  readonly knn: ReportOptions["knn"];
}

/** The page's HTML. */
export function renderReport({ plan, record, metrics, picture, knn }: ReportContent): string {
  const reports = stepProgram(plan).outputs.filter((port) => port.shape.length === 0 && port.name !== "loss").map((port) => port.name);
  const line = (name: string): ChartLine => ({ name, points: metrics.flatMap(({ step, [name]: value }) => (typeof value === "number" ? [{ step, value }] : [])) });
  return htmlPage({
    title: `${plan.model}: a training run`,
    lead: `${record.steps.toLocaleString("en-US")} steps on ${record.sessions.at(-1)?.adapter ?? "an unknown device"}, seed ${record.seed}`,
    facts: facts(record, plan, metrics),
    figures: [
      lineChart({ title: "Loss", note: "each logged step, and its moving average", lines: [line("loss")], smoothed: true }),
      lineChart({ title: "Spread of the latents", note: "a standard deviation near 0 means that the targets have collapsed", lines: reports.filter((name) => name.endsWith("_std")).map(line), fromZero: true }),
      ...reports.filter((name) => !name.endsWith("_std")).map((name) => lineChart({ title: name, lines: [line(name)] })),
      ...plan.displays.map(({ name }) => lineChart({ title: name, note: "schedule", lines: [line(name)] })),
      picture,
      knn ? knnTable(knn) : "",
    ],
    foot: `Made by jepac from ${basename(record.data?.path ?? "no data")}, node ${record.sessions.at(-1)?.versions["node"] ?? "?"}.`,
  });
}

function facts(record: RunRecord, plan: Plan, metrics: readonly MetricsLine[]): [string, string][] {
  const last = metrics.at(-1);
  const rates = metrics.flatMap(({ clips_per_s: rate }) => (typeof rate === "number" ? [rate] : [])).sort((a, b) => a - b);
  const times = metrics.map(({ time }) => Date.parse(String(time)));
  const parameters = Object.entries(plan.stats.parameters).map(([net, count]): [string, string] => [`${net}, parameters`, count.toLocaleString("en-US")]);
  return [
    ["steps done", last ? `${last.step} of ${record.steps}` : "none logged"],
    ["last loss", typeof last?.["loss"] === "number" ? shortNumber(last["loss"]) : "none"],
    ["clips", record.data ? record.data.clips.toLocaleString("en-US") : "none"],
    ["clips per second, median", rates.length > 0 ? shortNumber(rates[Math.floor(rates.length / 2)]!) : "none"],
    ["from first to last line", times.length > 1 ? duration((times.at(-1)! - times[0]!) / 1000) : "none"],
    ...parameters,
  ];
}
