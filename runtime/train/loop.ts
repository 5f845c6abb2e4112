import { UserError } from "../errors.ts";
import { evaluateHost } from "../plan/host-expr.ts";
import type { Plan, ProgramPlan } from "../plan/schema.ts";
import { fillInputs, type BatchSource } from "./batches.ts";
import type { TrainRow } from "./row.ts";
import type { PlanSession, Running } from "./session.ts";
import { Throughput } from "./throughput.ts";

/** Steps submitted beyond the one whose loss is awaited: the device never idles, and a bad loss is noticed soon. */
const STEPS_AHEAD = 2;

export interface LoopOptions {
  readonly plan: Plan;
  readonly session: PlanSession;
  /** Null for a model without audio inputs. */
  readonly batches: BatchSource | null;
  readonly seed: number;
  /** Training steps already done. */
  readonly from: number;
  /** Training steps to have done at the end. */
  readonly steps: number;
  /** Clips a step, for the rate. */
  readonly clips: number;
  readonly checkpointEvery: number;
  readonly signal: AbortSignal;
  readonly onRow: (row: TrainRow) => void;
  /** Keeps the state after `step` steps; called only when the loss of every step so far is finite. */
  readonly save: (step: number) => Promise<void>;
}

interface Flight {
  readonly index: number;
  readonly names: readonly string[];
  readonly running: Running;
}

/**
 * Trains: one submit a step; losses are read behind, in order. Returns how many steps are done, fewer than asked when
 * the signal stopped it; the state is saved either way. Throws a UserError naming step and clips on a loss that is not finite.
 */
export async function trainLoop(options: LoopOptions): Promise<number> {
  const { plan, session, batches, seed, steps, signal, checkpointEvery } = options;
  const program = stepProgram(plan);
  const read = program.outputs.filter((port) => port.shape.length === 0).map((port) => port.name);
  const throughput = new Throughput();
  const flights: Flight[] = [];
  let done = options.from;
  let saved = options.from;

  const land = async (): Promise<void> => {
    const flight = flights.shift()!;
    const outputs = await flight.running.outputs();
    const scalars = Object.fromEntries(read.map((name) => [name, outputs[name]?.[0] ?? NaN]));
    options.onRow(rowOf(options, flight, scalars, throughput.mark(options.clips)));
  };
  const save = async (): Promise<void> => {
    while (flights.length > 0) await land();
    if (saved === done) return;
    await options.save(done);
    saved = done;
  };

  while (done < steps && !signal.aborted) {
    const batch = batches && (await batches.batch(done));
    const inputs = batch ? fillInputs(program.inputs, batch) : {};
    flights.push({ index: done, names: batch?.names ?? [], running: session.run("step", { step: done, seed, inputs, read }) });
    done++;
    if (flights.length > STEPS_AHEAD) await land();
    if (done % checkpointEvery === 0) await save();
  }
  await save();
  return done;
}

/** The plan's training program. Throws a UserError for a model without a `train` block. */
export function stepProgram(plan: Plan): ProgramPlan {
  const program = plan.programs["step"];
  if (!program) throw new UserError("JR525", `the model '${plan.model}' cannot be trained: it has no train block`);
  return program;
}

function rowOf({ plan, seed }: LoopOptions, { index, names, running }: Flight, scalars: Record<string, number>, clipsPerSecond: number): TrainRow {
  const { loss = NaN, ...reports } = scalars;
  const step = index + 1;
  if (!Number.isFinite(loss)) throw notFinite(`the loss is ${loss} at step ${step}`, names);
  const { sizes } = running;
  const displays = Object.fromEntries(plan.displays.map(({ name, value }) => [name, evaluateHost(value, { seed, step: index, sizes })]));
  return { step, loss, reports, displays, sizes, clipsPerSecond, time: new Date().toISOString() };
}

function notFinite(what: string, names: readonly string[]): UserError {
  const shown = names.slice(0, 32).join(", ");
  const more = names.length > 32 ? `, and ${names.length - 32} more` : "";
  return new UserError("JR523", `${what}${names.length > 0 ? `, with the clips ${shown}${more}` : ""}`, "Lower the learning rate or lengthen the warm-up (jepac build --set ...), and listen to those clips.");
}
