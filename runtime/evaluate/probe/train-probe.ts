import { UserError } from "../../errors.ts";
import type { Session } from "../../execute/index.ts";
import { randomKey, uniformAt } from "../../plan/random.ts";
import type { Values } from "../../train/session.ts";

/** Steps submitted beyond the one whose loss is awaited. */
const STEPS_AHEAD = 2;

export interface ProbeTraining {
  readonly samples: number;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  /** The sizes and inputs of a step on these samples. */
  readonly step: (chosen: Uint32Array) => { readonly sizes: Readonly<Record<string, number>>; readonly inputs: Readonly<Record<string, Values>> };
  /** How good the probe is now, on what it is not trained on; more is better. */
  readonly validate: () => Promise<number>;
  readonly onEpoch?: (epoch: number) => void;
}

/** How a probe learned: the mean loss of each epoch, and what validation said after it. */
export interface ProbeCurve {
  readonly loss: readonly number[];
  readonly validation: readonly number[];
}

/** Steps of an epoch; the last may be smaller than the others. */
export const stepsPerEpoch = (samples: number, batch: number): number => Math.ceil(samples / batch);

/**
 * Trains a probe from fresh weights, in a new order each epoch, and leaves it with the weights of the first of its best
 * epochs (reference 2.4). Throws a UserError JR640 where the loss is not finite.
 */
export async function trainProbe(session: Session, training: ProbeTraining): Promise<ProbeCurve> {
  const { samples, batch, epochs, seed } = training;
  const weights = session.plan.tensors.filter(({ role }) => role === "weight").map(({ name }) => name);
  await session.run("init", { step: 0, seed, read: [] }).outputs();
  const curve = { loss: [] as number[], validation: [] as number[] };
  let best: ReadonlyMap<string, Float32Array> | undefined;
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffled(samples, seed, epoch);
    const flights: ReturnType<Session["run"]>[] = [];
    let sum = 0;
    const land = async (): Promise<void> => {
      sum += (await flights.shift()!.outputs())["loss"]![0]!;
    };
    for (let first = 0; first < samples; first += batch, step++) {
      flights.push(session.run("step", { step, seed, ...training.step(order.subarray(first, first + batch)), read: ["loss"] }));
      if (flights.length > STEPS_AHEAD) await land();
    }
    while (flights.length > 0) await land();
    const loss = sum / stepsPerEpoch(samples, batch);
    if (!Number.isFinite(loss)) throw new UserError("JR640", `the loss of the probe ${session.plan.model} is ${loss} in epoch ${epoch + 1}`, "Are the embeddings of a sensible size? An earlier checkpoint may be.");
    const score = await training.validate();
    if (score > Math.max(-Infinity, ...curve.validation)) best = await session.readTensors(weights);
    curve.loss.push(loss);
    curve.validation.push(score);
    training.onEpoch?.(epoch + 1);
  }
  for (const [name, values] of best ?? []) session.writeTensor(name, values);
  return curve;
}

/** 0 … count - 1 in an order drawn for this epoch (Fisher and Yates). */
function shuffled(count: number, seed: number, epoch: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const key = randomKey(seed, epoch, 0);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniformAt(key, i) * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
