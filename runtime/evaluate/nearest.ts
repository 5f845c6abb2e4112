/** The k most similar rows seen so far, most similar first; equal ones in the order they were seen. */
export class Nearest {
  readonly rows: number[] = [];
  readonly similarities: number[] = [];
  readonly #k: number;

  constructor(k: number) {
    this.#k = k;
  }

  /** Similarities of the rows from `first` on. */
  offer(similarities: Float32Array | Float64Array, first: number): void {
    const { rows, similarities: best } = this;
    let least = best.length === this.#k ? best[this.#k - 1]! : -Infinity;
    for (let i = 0; i < similarities.length; i++) {
      const similarity = similarities[i]!;
      if (similarity <= least) continue;
      let at = best.length;
      while (at > 0 && best[at - 1]! < similarity) at--;
      best.splice(at, 0, similarity);
      rows.splice(at, 0, first + i);
      if (best.length > this.#k) {
        best.pop();
        rows.pop();
      }
      if (best.length === this.#k) least = best[this.#k - 1]!;
    }
  }

  /** X-ARES's vote: the softmax weights of similarity / temperature, summed per class. Equal sums go to the lower class. */
  vote(labels: readonly number[], temperature: number): number {
    const most = this.similarities[0] ?? 0;
    const sums = new Map<number, number>();
    this.rows.forEach((row, i) => {
      const label = labels[row]!;
      sums.set(label, (sums.get(label) ?? 0) + Math.exp((this.similarities[i]! - most) / temperature));
    });
    const [winner] = [...sums].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    return winner?.[0] ?? 0;
  }
}
