import { Session } from "../../execute/index.ts";
import type { Gpu } from "../../gpu/index.ts";
import { knnPredict, scale, type KnnSettings, type LabelledVectors, type Similarity } from "../knn.ts";
import { Nearest } from "../nearest.ts";
import type { ProbeSource } from "./probe-source.ts";

/** Multiply-adds from which on the device is worth its start: some seconds of the host's time. */
const WORTH_A_DEVICE = 2e9;
/** Rows of bank and of queries in one run. */
const ROWS = 2048;

export interface KnnQuestion {
  readonly bank: LabelledVectors;
  /** f32[queries, dim] */
  readonly queries: Float32Array;
  readonly dim: number;
  readonly settings: KnnSettings;
  readonly kind: Similarity;
}

/** kNN by whichever is quicker: the host, or for large banks the device. */
export async function knnAnywhere(gpu: Gpu, probes: ProbeSource, question: KnnQuestion): Promise<number[]> {
  const { bank, queries, dim, settings, kind } = question;
  if (bank.labels.length * queries.length < WORTH_A_DEVICE) return knnPredict(bank, queries, dim, settings, kind);
  return knnOnDevice(gpu, probes, question);
}

/** As `knnPredict`, with the similarities from the device, in f32: the nearest are kept block by block. */
export async function knnOnDevice(gpu: Gpu, probes: ProbeSource, { bank, queries, dim, settings, kind }: KnnQuestion): Promise<number[]> {
  const session = await Session.open(await probes.build("neighbours", { dim, batch: ROWS }), gpu);
  const scaled = scale(bank.values, queries, dim, kind);
  const nearest = Array.from({ length: queries.length / dim }, () => new Nearest(settings.k));
  try {
    for (const rows of blocks(bank.labels.length)) {
      for (const asked of blocks(nearest.length)) {
        const similarities = await products(session, part(scaled.bank, rows, dim), part(scaled.queries, asked, dim), dim);
        for (let q = 0; q < asked.count; q++) nearest[asked.first + q]!.offer(similarities.subarray(q * rows.count, (q + 1) * rows.count), rows.first);
      }
    }
  } finally {
    session.dispose();
  }
  return nearest.map((found) => found.vote(bank.labels, settings.temperature));
}

interface Block {
  readonly first: number;
  readonly count: number;
}

const blocks = (rows: number): Block[] => Array.from({ length: Math.ceil(rows / ROWS) }, (_, i) => ({ first: i * ROWS, count: Math.min(ROWS, rows - i * ROWS) }));
const part = (values: Float32Array, { first, count }: Block, dim: number): Float32Array => values.subarray(first * dim, (first + count) * dim);

async function products(session: Session, bank: Float32Array, queries: Float32Array, dim: number): Promise<Float32Array> {
  const { inputs } = session.plan.programs["similarity"]!;
  const lengths: Readonly<Record<string, number>> = { bank: bank.length / dim, queries: queries.length / dim };
  const sizes = Object.fromEntries(inputs.flatMap(({ name, shape: [rows] }) => (typeof rows === "object" && "size" in rows ? [[rows.size, lengths[name]!]] : [])));
  const { result } = await session.run("similarity", { step: 0, seed: 0, sizes, inputs: { bank, queries } }).outputs();
  return result as Float32Array;
}
