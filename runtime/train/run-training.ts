import { resolve } from "node:path";
import { loadCheckpoint, readCheckpointInfo, saveCheckpoint } from "../checkpoint/checkpoint.ts";
import { findCheckpoint } from "../checkpoint/find.ts";
import type { CheckpointInfo, DataIdentity } from "../checkpoint/info.ts";
import { configChanges } from "../checkpoint/match.ts";
import { UserError } from "../errors.ts";
import type { Plan } from "../plan/schema.ts";
import type { BatchSource } from "./batches.ts";
import { stepProgram, trainLoop } from "./loop.ts";
import { MetricsFile } from "./metrics-file.ts";
import type { TrainObserver } from "./observer.ts";
import type { TrainRow } from "./row.ts";
import { RunFolder } from "./run-folder.ts";
import type { PlanSession } from "./session.ts";

/** The settings of a run that are not the model's. */
export interface RunSettings {
  /** The run's folder. */
  readonly out: string;
  /** Steps to have done at the end; the model's `config steps` when absent. */
  readonly steps?: number | undefined;
  /** 0 when absent; a resumed run has its own. */
  readonly seed?: number | undefined;
  readonly resume?: boolean | undefined;
  /** A checkpoint or a run's folder whose weights and averages a new run starts from, at step 0. */
  readonly from?: string | undefined;
  /** Steps between checkpoints (500), and how many are kept (3). */
  readonly checkpointEvery?: number | undefined;
  readonly keepCheckpoints?: number | undefined;
  /** Steps between lines of metrics.jsonl (10). */
  readonly logEvery?: number | undefined;
  /** Stops the run after the step under way; the state is saved. */
  readonly signal?: AbortSignal | undefined;
  readonly observer?: TrainObserver | undefined;
}

/** The clips of a run. */
export interface RunData {
  readonly path: string;
  readonly identity: DataIdentity;
  /** Clips a step. */
  readonly batch: number;
  batches(seed: number): BatchSource;
}

/** Where a run begins and ends: what every process of it must know. */
export interface RunSpan {
  readonly seed: number;
  /** Training steps already done, and those to have done at the end. */
  readonly from: number;
  readonly steps: number;
  readonly checkpointEvery: number;
}

/** The other processes of a run, which compute with this one but write nothing. Each call comes at the same point on all. */
export interface Followers {
  /** Before anything is computed. */
  begin(span: RunSpan): Promise<void>;
  /** Once the state to start from is on this process's device. */
  ready(): Promise<void>;
  /** Before the state after a step is written, and after. */
  saving(step: number): Promise<void>;
  saved(): Promise<void>;
}

/** What a run works with. */
export interface RunParts {
  readonly plan: Plan;
  readonly session: PlanSession;
  readonly adapter: string;
  readonly versions: Readonly<Record<string, string>>;
  /** The build folder, where there is one: evaluation finds the model of a run by it. */
  readonly build?: string;
  /** Null for a model without audio inputs. */
  readonly data: RunData | null;
  /** Absent where this process is alone. */
  readonly followers?: Followers | undefined;
}

export interface RunResult {
  /** Training steps done in all. */
  readonly step: number;
  readonly steps: number;
  /** True when the signal ended the run early. */
  readonly stopped: boolean;
  /** The latest checkpoint; null only when no step was done. */
  readonly checkpoint: string | null;
  readonly last: TrainRow | null;
}

/**
 * Starts or resumes a run in its folder and trains to the end or the signal. Everything that decides a step is in the
 * checkpoint or is a function of (seed, step), so that a resumed run gives the bits of one that never stopped.
 * Throws UserErrors (JR520-JR526, and those of data, checkpoints and device) that name the last good checkpoint.
 */
export async function runTraining(parts: RunParts, settings: RunSettings): Promise<RunResult> {
  const { plan, session, adapter, data, followers } = parts;
  const { observer } = settings;
  stepProgram(plan);
  const folder = new RunFolder(settings.out, settings.keepCheckpoints);
  const checkpoint = await folder.start(settings.resume ?? false);
  const info = checkpoint === null ? null : await readCheckpointInfo(checkpoint);
  const fromStep = info?.step ?? 0;
  const seed = chooseSeed(settings.seed, info, folder.path);
  const steps = chooseSteps(settings.steps, plan);
  const checkpointEvery = settings.checkpointEvery ?? 500;
  await followers?.begin({ seed, from: fromStep, steps, checkpointEvery });
  if (info) for (const note of changesSince(info, parts)) observer?.note?.(note);
  if (info && fromStep >= steps) {
    observer?.note?.(`the run in '${folder.path}' has done its ${steps} steps; train on with --steps ${2 * steps}`);
    return { step: fromStep, steps, stopped: false, checkpoint, last: null };
  }

  if (checkpoint === null) await startWeights(parts, seed, settings.from);
  else await loadCheckpoint(checkpoint, plan, session);
  await followers?.ready();
  await folder.write(
    { model: plan.model, config: plan.config, fingerprint: plan.fingerprint, seed, steps, build: parts.build === undefined ? null : resolve(parts.build), data: data && { path: data.path, clips: data.identity.clips } },
    { started: new Date().toISOString(), fromStep, adapter, versions: parts.versions },
  );
  const clips = data?.batch ?? examplesPerStep(plan);
  observer?.started?.({ plan, adapter, clips: data?.identity.clips ?? null, clipsPerStep: clips, seed, fromStep, steps });

  const metrics = await MetricsFile.open(folder.metrics, fromStep);
  const logEvery = settings.logEvery ?? 10;
  let last: TrainRow | null = null;
  let latest = checkpoint;
  const state = (step: number): CheckpointInfo => ({ step, seed, model: plan.model, config: plan.config, fingerprint: plan.fingerprint, data: data?.identity ?? null });
  try {
    const step = await trainLoop({
      plan, session, seed, steps,
      from: fromStep,
      batches: data?.batches(seed) ?? null,
      clips,
      checkpointEvery,
      signal: settings.signal ?? new AbortController().signal,
      onRow(row) {
        last = row;
        const logged = row.step % logEvery === 0 || row.step === 1 || row.step === steps;
        if (logged) metrics.append(row);
        observer?.row?.(row, logged);
      },
      async save(step) {
        await followers?.saving(step);
        metrics.flush();
        latest = await folder.checkpoints.add(step, (path) => saveCheckpoint(path, plan, state(step), session));
        observer?.saved?.(latest, step);
        await followers?.saved();
      },
    });
    return { step, steps, stopped: step < steps, checkpoint: latest, last };
  } catch (error) {
    throw withCheckpoint(error, latest);
  } finally {
    metrics.close();
  }
}

async function startWeights({ plan, session }: RunParts, seed: number, from: string | undefined): Promise<void> {
  await session.run("init", { step: 0, seed, read: [] }).outputs();
  if (from !== undefined) await loadCheckpoint(await findCheckpoint(from), plan, session, ["weight", "average"]);
}

function chooseSeed(asked: number | undefined, info: CheckpointInfo | null, out: string): number {
  if (info && asked !== undefined && asked !== info.seed) {
    throw new UserError("JR522", `the run in '${out}' has seed ${info.seed}, not ${asked}`, "Leave out --seed: a resumed run keeps its own.");
  }
  return info?.seed ?? asked ?? 0;
}

function chooseSteps(asked: number | undefined, plan: Plan): number {
  const steps = asked ?? plan.config["steps"];
  if (typeof steps === "number" && Number.isSafeInteger(steps) && steps > 0) return steps;
  throw new UserError("JR524", `the number of steps is not known: the model '${plan.model}' has no 'config steps'`, "Say how many with --steps.");
}

/** What a step of a model without audio counts for: its `config batch`, else one. */
function examplesPerStep({ config }: Plan): number {
  return typeof config["batch"] === "number" ? config["batch"] : 1;
}

function changesSince(info: CheckpointInfo, { plan, data }: RunParts): string[] {
  const notes = configChanges(info.config, plan.config).map(({ name, before, now }) => `the model was built anew with ${name}=${now}; the run began with ${name}=${before}`);
  if (info.data?.digest === data?.identity.digest) return notes;
  const clips = (identity: DataIdentity | null | undefined): string => `${identity?.clips ?? 0} clips`;
  return [...notes, `the data changed (${clips(info.data)} before, ${clips(data?.identity)} now): the run continues, but not as if it had never stopped`];
}

function withCheckpoint(error: unknown, latest: string | null): unknown {
  if (!(error instanceof UserError)) return error;
  const kept = latest === null ? "there is no checkpoint yet" : `the last good checkpoint is ${latest}`;
  return new UserError(error.code, `${error.message}\n  ${kept}`, error.hint);
}
