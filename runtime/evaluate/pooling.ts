import type { EmbeddedWindow } from "./embed-source.ts";
import type { EmbedderShape } from "./embedder.ts";
import { MeanPool } from "./mean-pool.ts";

/**
 * `mean`: one row a clip, the mean over its tokens.
 * `time`: one row a time step of a clip, the mean over the tokens (frequency bands) at that time: the features that
 * evaluation suites such as X-ARES read (reference 1.13).
 * `tokens`: all vectors, one row a window.
 */
export type Pool = "mean" | "time" | "tokens";

export const POOLS: readonly Pool[] = ["mean", "time", "tokens"];

export interface EmbedRow {
  readonly name: string;
  readonly label: string | null;
  /** For `time`: the clip's rows are `count` in number, from row `first` on: array[first : first + count]. */
  readonly first?: number;
  readonly count?: number;
  /** For `tokens`: which window of the clip, and how many of its leading tokens are not padding. */
  readonly window?: number;
  readonly kept?: number;
}

/** What one window adds to the array, and to the index once an entry of it is complete. */
interface Pooled {
  readonly values?: Float32Array;
  readonly entry?: Omit<EmbedRow, "name" | "label">;
}

/** Turns windows, taken in order, into rows. */
export interface Pooling {
  /** The shape of one row of the array. */
  readonly row: readonly number[];
  add(window: EmbeddedWindow): Pooled;
}

export function pooling(pool: Pool, shape: EmbedderShape): Pooling {
  if (pool === "tokens") return { row: [shape.tokens, shape.dim], add: ({ values, window, kept }) => ({ values, entry: { window, kept } }) };
  return pool === "mean" ? clipMeans(shape) : timeSeries(shape);
}

function clipMeans({ dim }: EmbedderShape): Pooling {
  const mean = new MeanPool(dim);
  return {
    row: [dim],
    add(window) {
      mean.add(window);
      return window.last ? { values: mean.take(), entry: {} } : {};
    },
  };
}

function timeSeries({ tokens, steps, dim }: EmbedderShape): Pooling {
  let first = 0;
  let count = 0;
  return {
    row: [dim],
    add(window) {
      const values = timeMeans(window, tokens / steps, dim);
      count += values.length / dim;
      if (!window.last) return { values };
      const entry = { first, count };
      first += count;
      count = 0;
      return { values, entry };
    },
  };
}

/** The mean over the `bands` tokens at each time that is not padding: f32[kept / bands, dim]. */
function timeMeans({ values, kept }: EmbeddedWindow, bands: number, dim: number): Float32Array {
  return Float32Array.from({ length: (kept / bands) * dim }, (_, i) => {
    const start = Math.floor(i / dim) * bands * dim + (i % dim);
    let sum = 0;
    for (let band = 0; band < bands; band++) sum += values[start + band * dim]!;
    return sum / bands;
  });
}
