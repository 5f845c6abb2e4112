import { Session } from "../../execute/index.ts";
import type { Gpu } from "../../gpu/index.ts";
import { mostSteps, type ClassifierSettings, type Examples, type Logits } from "./examples.ts";
import { infer } from "./infer.ts";
import type { ProbeSource } from "./probe-source.ts";
import { stepsPerEpoch, trainProbe, type ProbeCurve } from "./train-probe.ts";

/**
 * Trains the attentive probe (reference 3.3) and gives its answers on the test examples, one row each. It reads a clip's
 * features in time; shorter clips are padded, and the padding is not attended to.
 */
export async function attentiveProbe(gpu: Gpu, probes: ProbeSource, settings: ClassifierSettings): Promise<{ logits: Logits; curve: ProbeCurve }> {
  const { train, valid, test, multi, positive, batch, epochs, seed, score } = settings;
  const { dim, classes } = train;
  const times = mostSteps(train, valid, test);
  const plan = await probes.build("attentive", { dim, heads: headsFor(dim), times, classes, multi, positive, epochs, per_epoch: stepsPerEpoch(train.count, batch), batch });
  const session = await Session.open(plan, gpu);
  try {
    const curve = await trainProbe(session, {
      samples: train.count,
      batch,
      epochs,
      seed,
      step: (chosen) => ({ sizes: { B: chosen.length }, inputs: { ...padded(train, chosen, times), target: targets(train, chosen) } }),
      validate: async () => score(valid, await answers(session, valid, times, batch)),
      ...(settings.onEpoch && { onEpoch: settings.onEpoch }),
    });
    return { logits: await answers(session, test, times, batch), curve };
  } finally {
    session.dispose();
  }
}

/** Heads of 64 values, as V-JEPA's, where that is possible; else the fewest that divide the width. */
function headsFor(dim: number): number {
  return dim % 64 === 0 ? dim / 64 : 1;
}

function padded(examples: Examples, chosen: ArrayLike<number>, times: number): { features: Float32Array; length: Int32Array } {
  const { dim } = examples;
  const features = new Float32Array(chosen.length * times * dim);
  const length = new Int32Array(chosen.length);
  Array.from(chosen, (i) => examples.features(i)).forEach((part, row) => {
    features.set(part, row * times * dim);
    length[row] = part.length / dim;
  });
  return { features, length };
}

function targets(examples: Examples, chosen: Uint32Array): Float32Array {
  const values = new Float32Array(chosen.length * examples.classes);
  chosen.forEach((i, row) => values.set(examples.targets(i), row * examples.classes));
  return values;
}

async function answers(session: Session, examples: Examples, times: number, batch: number): Promise<Logits> {
  const { count, classes } = examples;
  const logits: Float32Array[] = [];
  for (let first = 0; first < count; first += batch) {
    const chosen = Array.from({ length: Math.min(batch, count - first) }, (_, i) => first + i);
    const result = await infer(session, "logits", chosen.length, padded(examples, chosen, times));
    for (const row of chosen.keys()) logits.push(result.subarray(row * classes, (row + 1) * classes));
  }
  return logits;
}
