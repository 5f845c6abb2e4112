import type { EmbeddedWindow } from "./embed-source.ts";

/** The mean of a clip's tokens over all its windows; tokens of padding do not count. */
export class MeanPool {
  readonly #sum: Float64Array;
  #tokens = 0;

  constructor(dim: number) {
    this.#sum = new Float64Array(dim);
  }

  add({ values, kept }: Pick<EmbeddedWindow, "values" | "kept">): void {
    const dim = this.#sum.length;
    for (let token = 0; token < kept; token++) {
      for (let d = 0; d < dim; d++) this.#sum[d]! += values[token * dim + d]!;
    }
    this.#tokens += kept;
  }

  /** f32[dim]; the pool is empty again afterwards. */
  take(): Float32Array {
    const mean = Float32Array.from(this.#sum, (sum) => sum / this.#tokens);
    this.#sum.fill(0);
    this.#tokens = 0;
    return mean;
  }
}
