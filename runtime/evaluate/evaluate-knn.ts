import type { SkippedClip } from "../data/clip-problem.ts";
import type { ClipSource } from "../data/clip-source.ts";
import { openClips } from "../data/open-clips.ts";
import { loadPlan } from "../plan/read.ts";
import { withSession } from "../train/with-session.ts";
import { embedSource } from "./embed-source.ts";
import { Embedder } from "./embedder.ts";
import { XARES_KNN, type KnnSettings } from "./knn.ts";
import { readLabelTable } from "./label-table.ts";
import { MeanPool } from "./mean-pool.ts";
import { scoreKnn, type ClipVectors, type KnnScore } from "./score-knn.ts";
import { DEFAULT_SPLIT, type Split } from "./split.ts";
import { initWeights, loadWeights } from "./weights.ts";

export interface KnnOptions extends Partial<KnnSettings> {
  /** What `jepac build` wrote. */
  readonly buildDir: string;
  /** A checkpoint or a run's folder. */
  readonly checkpoint: string;
  /** Labelled clips: a folder, a tar, or prepared shards. */
  readonly data: string;
  /** A CSV of labels (see `readLabelTable`); without it the source's own: labels.csv, sidecars, folder names. */
  readonly labels?: string | undefined;
  /** A table's own `split` column goes before this; by default a fifth of each class is tested. */
  readonly split?: Split | undefined;
  readonly adapter?: string | undefined;
  readonly program?: string | undefined;
  readonly onProgress?: ((network: "trained" | "untrained", clips: number, total: number) => void) | undefined;
}

export interface KnnTask {
  readonly task: string;
  readonly trained: KnnScore;
  /** The network as training began: same seed, no step. */
  readonly untrained: KnnScore;
}

export interface KnnResult extends KnnSettings {
  readonly model: string;
  readonly checkpoint: string;
  readonly step: number;
  readonly clips: number;
  readonly tasks: readonly KnnTask[];
  readonly skipped: readonly SkippedClip[];
}

/**
 * kNN accuracy (true cosine, X-ARES's vote) of the frozen encoder's mean embeddings, for every task, beside the
 * untrained network's on the same split.
 * @throws UserError JR1xx device, JR2xx plan, JR4xx data, JR51x checkpoint, JR60x embedding, JR61x labels and split
 */
export async function evaluateKnn(options: KnnOptions): Promise<KnnResult> {
  const { k = XARES_KNN.k, temperature = XARES_KNN.temperature } = options;
  const loaded = await loadPlan(options.buildDir);
  const table = options.labels === undefined ? null : await readLabelTable(options.labels);
  return withSession(loaded, options.adapter, async (session) => {
    const embedder = new Embedder(loaded.plan, session, options.program);
    const source = await openClips(options.data, { rate: embedder.shape.rate });
    try {
      const skipped: SkippedClip[] = [];
      const { checkpoint, step, seed } = await loadWeights(loaded.plan, session, options.checkpoint);
      const trained = await meanVectors(embedder, source, skipped, (clips) => options.onProgress?.("trained", clips, source.count));
      await initWeights(session, seed);
      const untrained = await meanVectors(embedder, source, [], (clips) => options.onProgress?.("untrained", clips, source.count));

      const split: Split = table?.sideOf ? { kind: "given", sideOf: table.sideOf } : (options.split ?? DEFAULT_SPLIT);
      const ownLabel = sourceLabels(source);
      const labelOf = (task: string, name: string): string | undefined => (table ? table.labelOf(task, name) : ownLabel(name));
      const tasks = (table?.tasks ?? ["label"]).map((task): KnnTask => {
        const score = (vectors: ClipVectors): KnnScore => scoreKnn(vectors, (name) => labelOf(task, name), split, { k, temperature });
        return { task, trained: score(trained), untrained: score(untrained) };
      });
      return { model: loaded.plan.model, checkpoint: checkpoint!, step, k, temperature, clips: trained.names.length, tasks, skipped: [...source.skipped, ...skipped] };
    } finally {
      await source.close();
    }
  });
}

/** The mean embedding of every usable clip: clips x dim floats in memory, windows only as they pass. */
export async function meanVectors(embedder: Embedder, source: ClipSource, skipped: SkippedClip[], onClip: (clips: number) => void): Promise<ClipVectors> {
  const { dim } = embedder.shape;
  const values = new Float32Array(source.count * dim);
  const names: string[] = [];
  const mean = new MeanPool(dim);
  for await (const window of embedSource(embedder, source, skipped)) {
    mean.add(window);
    if (!window.last) continue;
    values.set(mean.take(), names.length * dim);
    names.push(source.name(window.clip));
    onClip(window.clip + 1);
  }
  return { names, values: values.subarray(0, names.length * dim), dim };
}

function sourceLabels(source: ClipSource): (name: string) => string | undefined {
  const labels = new Map(Array.from({ length: source.count }, (_, i) => [source.name(i), source.label(i)] as const));
  return (name) => labels.get(name);
}
