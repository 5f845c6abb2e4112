import { Session } from "../../execute/index.ts";
import type { Gpu } from "../../gpu/index.ts";
import { recallAt1, retrieve, type Retrieval } from "../metrics/recall-at-1.ts";
import { infer } from "./infer.ts";
import type { ProbeSource } from "./probe-source.ts";
import { stepsPerEpoch, trainProbe, type ProbeCurve } from "./train-probe.ts";
import type { Vocabulary } from "./words.ts";

/** Clips with their captions, the same number each. */
export interface Captioned {
  /** f32[clips, dim] */
  readonly features: Float32Array;
  readonly captions: readonly (readonly string[])[];
}

export interface RetrievalSettings {
  readonly train: Captioned;
  readonly valid: Captioned;
  readonly test: Captioned;
  readonly dim: number;
  readonly vocabulary: Vocabulary;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  /** Width of the space that clips and captions meet in. */
  readonly hidden: number;
  readonly onEpoch?: (epoch: number) => void;
}

/** Trains the retrieval probe (reference 2.4) on pairs of clip and caption; gives what it finds among the test clips. */
export async function retrievalProbe(gpu: Gpu, probes: ProbeSource, settings: RetrievalSettings): Promise<{ found: Retrieval; curve: ProbeCurve }> {
  const { train, dim, vocabulary, batch, epochs, seed, hidden } = settings;
  const [trainWords, validWords, testWords] = [settings.train, settings.valid, settings.test].map(({ captions }) => captions.flat().map((text) => vocabulary.numbers(text)));
  const length = Math.max(...[trainWords, validWords, testWords].flat().map((words) => words!.length));
  const each = train.captions[0]!.length;
  const pairs = train.captions.length * each;
  const plan = await probes.build("retrieval", { dim, hidden, words: vocabulary.size, length, epochs, per_epoch: stepsPerEpoch(pairs, batch), batch });
  const session = await Session.open(plan, gpu);
  const shape = { dim, hidden, length, batch, each };
  try {
    const curve = await trainProbe(session, {
      samples: pairs,
      batch,
      epochs,
      seed,
      step: (chosen) => ({
        sizes: { B: chosen.length },
        inputs: { features: rows(train.features, dim, Array.from(chosen, (pair) => Math.floor(pair / each))), tokens: padded(Array.from(chosen, (pair) => trainWords![pair]!), length) },
      }),
      validate: async () => recallAt1(await find(session, settings.valid, validWords!, shape)),
      ...(settings.onEpoch && { onEpoch: settings.onEpoch }),
    });
    return { found: await find(session, settings.test, testWords!, shape), curve };
  } finally {
    session.dispose();
  }
}

interface Shape {
  readonly dim: number;
  readonly hidden: number;
  readonly length: number;
  readonly batch: number;
  readonly each: number;
}

async function find(session: Session, { features, captions }: Captioned, words: readonly (readonly number[])[], { dim, hidden, length, batch, each }: Shape): Promise<Retrieval> {
  const embedded = async (program: string, count: number, inputs: (chosen: number[]) => Readonly<Record<string, Float32Array | Int32Array>>): Promise<Float32Array> => {
    const all = new Float32Array(count * hidden);
    for (let first = 0; first < count; first += batch) {
      const chosen = Array.from({ length: Math.min(batch, count - first) }, (_, i) => first + i);
      all.set(await infer(session, program, chosen.length, inputs(chosen)), first * hidden);
    }
    return all;
  };
  const clips = await embedded("embed_audio", captions.length, (chosen) => ({ features: rows(features, dim, chosen) }));
  const texts = await embedded("embed_captions", words.length, (chosen) => ({ tokens: padded(chosen.map((i) => words[i]!), length) }));
  return retrieve(clips, texts, hidden, each);
}

function rows(values: Float32Array, dim: number, chosen: readonly number[]): Float32Array {
  const picked = new Float32Array(chosen.length * dim);
  chosen.forEach((row, i) => picked.set(values.subarray(row * dim, (row + 1) * dim), i * dim));
  return picked;
}

function padded(words: readonly (readonly number[])[], length: number): Int32Array {
  const tokens = new Int32Array(words.length * length);
  words.forEach((numbers, row) => tokens.set(numbers, row * length));
  return tokens;
}
