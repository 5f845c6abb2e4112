import { Session } from "../../execute/index.ts";
import type { Gpu } from "../../gpu/index.ts";
import { mostSteps, type ClassifierSettings, type Examples, type Logits } from "./examples.ts";
import { infer } from "./infer.ts";
import type { ProbeSource } from "./probe-source.ts";
import { stepsPerEpoch, trainProbe, type ProbeCurve } from "./train-probe.ts";

/** Rows a run takes when nothing is learned from them. */
const ROWS = 256;

/**
 * Trains the linear probe (reference 2.4) and gives its answers on the test examples. Examples of several steps are
 * probed step by step; in training a batch is padded to its longest example, and the padding trained on, as in X-ARES.
 */
export async function linearProbe(gpu: Gpu, probes: ProbeSource, settings: ClassifierSettings): Promise<{ logits: Logits; curve: ProbeCurve }> {
  const { train, valid, test, multi, positive, batch, epochs, seed, score } = settings;
  const { dim, classes } = train;
  const rows = Math.max(ROWS, batch * mostSteps(train), mostSteps(valid, test));
  const plan = await probes.build("linear", { dim, classes, multi, positive, epochs, per_epoch: stepsPerEpoch(train.count, batch), batch: rows });
  const session = await Session.open(plan, gpu);
  try {
    const curve = await trainProbe(session, {
      samples: train.count,
      batch,
      epochs,
      seed,
      step: (chosen) => paddedStep(train, chosen),
      validate: async () => score(valid, await answers(session, valid, rows)),
      ...(settings.onEpoch && { onEpoch: settings.onEpoch }),
    });
    return { logits: await answers(session, test, rows), curve };
  } finally {
    session.dispose();
  }
}

function paddedStep(train: Examples, chosen: Uint32Array): { sizes: { B: number }; inputs: { features: Float32Array; target: Float32Array } } {
  const { dim, classes } = train;
  const parts = Array.from(chosen, (i) => ({ features: train.features(i), targets: train.targets(i) }));
  const steps = Math.max(...parts.map(({ features }) => features.length / dim));
  const features = new Float32Array(parts.length * steps * dim);
  const target = new Float32Array(parts.length * steps * classes);
  parts.forEach((part, i) => {
    features.set(part.features, i * steps * dim);
    target.set(part.targets, i * steps * classes);
  });
  return { sizes: { B: parts.length * steps }, inputs: { features, target } };
}

/** What the probe says of every step of every example; as many examples a run as its rows hold. */
async function answers(session: Session, examples: Examples, most: number): Promise<Logits> {
  const { count, dim, classes } = examples;
  const logits: Float32Array[] = [];
  for (let next = 0; next < count; ) {
    const group: Float32Array[] = [];
    let rows = 0;
    for (; next < count && rows + examples.features(next).length / dim <= most; next++) {
      group.push(examples.features(next));
      rows += group.at(-1)!.length / dim;
    }
    const features = new Float32Array(rows * dim);
    group.reduce((at, part) => (features.set(part, at), at + part.length), 0);
    const result = await infer(session, "logits", rows, { features });
    group.reduce((at, part) => {
      const end = at + (part.length / dim) * classes;
      logits.push(result.subarray(at, end));
      return end;
    }, 0);
  }
  return logits;
}
