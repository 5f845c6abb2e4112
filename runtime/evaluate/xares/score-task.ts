import { UserError } from "../../errors.ts";
import type { Gpu } from "../../gpu/index.ts";
import { XARES_KNN } from "../knn.ts";
import { principalPlane } from "../pca.ts";
import { attentiveProbe } from "../probe/attentive-probe.ts";
import type { ClassifierSettings, Examples, Logits } from "../probe/examples.ts";
import { knnAnywhere } from "../probe/knn-anywhere.ts";
import { linearProbe } from "../probe/linear-probe.ts";
import type { ProbeSource } from "../probe/probe-source.ts";
import type { ProbeCurve } from "../probe/train-probe.ts";
import { classesOf, frameTargets, type Label } from "./label.ts";
import { answersOf, measureOf, ofAnswers } from "./measure.ts";
import { join, meanFeatures, meanOverTime, type SampleSet } from "./sample-set.ts";
import { scoreRetrieval } from "./score-retrieval.ts";
import type { Answers, Column, EmbeddingMap, Score, ScoredTask } from "./scores.ts";
import type { SuiteTask } from "./task.ts";
import type { Round } from "./task-data.ts";

/** Points of a map: more cannot be told apart. */
const MAP_POINTS = 600;
/** V-JEPA's (reference 3.3). */
const ATTENTIVE_EPOCHS = 20;

export interface ScoringTools {
  readonly gpu: () => Promise<Gpu>;
  readonly probes: ProbeSource;
  /** Also train the attentive probe, where a task has labels for whole clips. */
  readonly attentive: boolean;
  readonly seed: number;
  /** Seconds from a feature to the next. */
  readonly hop: number;
  /** A WordPiece vocabulary; without it, the words of the captions trained on. */
  readonly vocabulary: string | undefined;
  readonly onProgress: (what: string, done: number, total: number) => void;
}

/** Scores one task in every way it has, on the features of its sets. Throws a UserError JR641 or JR612 where that cannot be. */
export async function scoreTask(task: SuiteTask, sets: ReadonlyMap<string, SampleSet>, rounds: readonly Round[], tools: ScoringTools): Promise<Omit<ScoredTask, "skipped">> {
  for (const [name, set] of sets) {
    if (set.samples.length === 0) throw new UserError("JR641", `${task.title}: no clip of ${name} is usable`, set.skipped[0] && `The first: ${set.skipped[0].name}: ${set.skipped[0].reason} (${set.skipped[0].detail}).`);
  }
  const of = (names: readonly string[]): SampleSet => join(names.map((name) => sets.get(name)!));
  const parts = rounds.map((round) => ({ train: of(round.train), valid: of([round.valid]), test: of([round.test]) }));
  const size = (which: "train" | "valid" | "test"): number => of([...new Set(rounds.flatMap((round) => round[which]))]).samples.length;
  const samples = { train: size("train"), valid: size("valid"), test: size("test") };
  const all = of([...sets.keys()]);
  const base = { status: "scored", task: task.name, samples } as const;
  if (task.labels.kind === "captions") return { ...base, ...(await scoreRetrieval(task, parts[0]!, tools)), classes: [] };

  const classes = classesOf(all.samples.map(({ label }) => label));
  if (classes.length < 2) throw new UserError("JR612", `${task.title}: classes cannot be told apart: the labels name ${classes.length === 0 ? "none" : `only '${classes[0]}'`}`);
  const notes = classes.length < task.classes ? [`${classes.length} of the suite's ${task.classes} classes are in the data`] : [];
  const placed = new Map(classes.map((name, i) => [name, i]));
  const results = [];
  for (const part of parts) results.push(await scoreRound(task, part, placed, results.length, parts.length, tools));
  const tested = of([...new Set(rounds.map(({ test }) => test))]);
  const { answers } = results[0]!;
  return {
    ...base,
    classes,
    notes,
    scores: combined(results),
    curves: results.map(({ curves }) => curves),
    ...(answers && { answers: { truth: results.flatMap((result) => result.answers!.truth), predicted: results.flatMap((result) => result.answers!.predicted) } }),
    map: mapOf(tested, placed),
  };
}

interface RoundResult {
  readonly scores: Partial<Record<Column, Score>>;
  readonly answers?: Answers;
  readonly curves: Partial<Record<Column, ProbeCurve>>;
  /** Of kNN and probes in accuracy tasks: to put folds together. */
  readonly byColumn: Partial<Record<Column, Answers>>;
}

async function scoreRound(task: SuiteTask, part: Record<"train" | "valid" | "test", SampleSet>, placed: ReadonlyMap<string, number>, round: number, rounds: number, tools: ScoringTools): Promise<RoundResult> {
  const { metric } = task;
  if (metric.kind === "recall-at-1") throw new Error("a task of captions has no classes");
  const measure = measureOf(metric, tools.hop);
  const inTime = metric.kind === "segment-f1";
  const progress = (what: string, epochs: number) => (epoch: number) => {
    tools.onProgress(what, round * epochs + epoch, rounds * epochs);
  };
  const settings = (of: (set: SampleSet) => Examples): Omit<ClassifierSettings, "epochs" | "onEpoch"> => ({
    train: of(part.train), valid: of(part.valid), test: of(part.test),
    multi: metric.kind !== "accuracy",
    positive: metric.kind === "segment-f1" ? metric.positive : 1,
    batch: task.batch, seed: tools.seed, score: measure.score,
  });
  const scores: Partial<Record<Column, Score>> = {};
  const byColumn: Partial<Record<Column, Answers>> = {};
  const curves: Partial<Record<Column, ProbeCurve>> = {};
  const keep = (column: Column, examples: Examples, { logits, curve }: { readonly logits: Logits; readonly curve: ProbeCurve }): void => {
    curves[column] = curve;
    if (metric.kind === "accuracy") byColumn[column] = answersOf(examples, logits);
    else scores[column] = measure.withInterval(examples, logits);
  };
  const gpu = await tools.gpu();
  const linear = settings((set) => (inTime ? framesOf(set, placed, tools.hop) : clipsOf(set, placed)));
  keep("linear", linear.test, await linearProbe(gpu, tools.probes, { ...linear, epochs: task.epochs, onEpoch: progress("linear probe", task.epochs) }));
  if (tools.attentive && !inTime) {
    const attentive = settings((set) => sequencesOf(set, placed));
    keep("attentive", attentive.test, await attentiveProbe(gpu, tools.probes, { ...attentive, epochs: ATTENTIVE_EPOCHS, onEpoch: progress("attentive probe", ATTENTIVE_EPOCHS) }));
  }
  if (task.knn) {
    const labels = (set: SampleSet): number[] => set.samples.map(({ label }) => classOf(label, placed));
    const bank = { values: meanFeatures(part.train), labels: labels(part.train) };
    const queries = meanFeatures(part.test);
    for (const kind of ["xares", "cosine"] as const) {
      byColumn[kind] = { truth: labels(part.test), predicted: await knnAnywhere(gpu, tools.probes, { bank, queries, dim: part.train.dim, settings: XARES_KNN, kind }) };
      progress(`kNN, ${kind}`, 1)(1);
    }
  }
  return { scores, byColumn, curves, ...(byColumn.linear && { answers: byColumn.linear }) };
}

function combined(results: readonly RoundResult[]): Partial<Record<Column, Score>> {
  const columns = Object.keys(results[0]!.byColumn) as Column[];
  return { ...results[0]!.scores, ...Object.fromEntries(columns.map((column) => [column, ofAnswers(results.map((result) => result.byColumn[column]!))])) };
}

function classOf(label: Label, placed: ReadonlyMap<string, number>): number {
  return label.kind === "classes" ? placed.get(label.names[0]!)! : 0;
}

/** A clip by its mean, with one row of classes. */
function clipsOf(set: SampleSet, placed: ReadonlyMap<string, number>): Examples {
  const means = set.samples.map(({ features }) => (features.length === set.dim ? features : meanOverTime(features, set.dim)));
  return { ...sequencesOf(set, placed), features: (i) => means[i]! };
}

/** A clip by its features in time, with one row of classes. */
function sequencesOf({ samples, dim }: SampleSet, placed: ReadonlyMap<string, number>): Examples {
  const targets = (i: number): Float32Array => {
    const row = new Float32Array(placed.size);
    const { label } = samples[i]!;
    if (label.kind === "classes") for (const name of label.names) row[placed.get(name)!] = 1;
    return row;
  };
  return { count: samples.length, dim, classes: placed.size, features: (i) => samples[i]!.features, targets };
}

/** A clip by its features in time, with a row of classes for each. */
function framesOf({ samples, dim }: SampleSet, placed: ReadonlyMap<string, number>, hop: number): Examples {
  const targets = (i: number): Float32Array => frameTargets(samples[i]!.label, placed, samples[i]!.features.length / dim, hop);
  return { count: samples.length, dim, classes: placed.size, features: (i) => samples[i]!.features, targets };
}

/** Every so-manieth sample on the plane of largest variance; a sample of several classes stands for its first. */
function mapOf(set: SampleSet, placed: ReadonlyMap<string, number>): EmbeddingMap {
  const every = Math.ceil(set.samples.length / MAP_POINTS);
  const samples = set.samples.filter((_, i) => i % every === 0);
  const first = (label: Label): number => placed.get(label.kind === "classes" ? label.names[0]! : label.kind === "events" ? (label.events[0]?.names[0] ?? "") : "") ?? -1;
  return { ...principalPlane(meanFeatures({ ...set, samples }), set.dim), classes: samples.map(({ label }) => first(label)) };
}
