/** Items per second over the last `window` marks. The first step, which also compiles shaders, counts only until a second is done. */
export class Throughput {
  readonly #window: number;
  readonly #now: () => number;
  #marks: { at: number; items: number }[];
  #warm = false;

  /** `now` gives milliseconds. */
  constructor(window = 20, now: () => number = () => performance.now()) {
    this.#window = window;
    this.#now = now;
    this.#marks = [{ at: now(), items: 0 }];
  }

  /** Counts `items` as done now; gives the rate per second. */
  mark(items: number): number {
    const total = this.#marks.at(-1)!.items + items;
    this.#marks.push({ at: this.#now(), items: total });
    if (this.#marks.length > this.#window + 1 || (this.#marks.length === 3 && !this.#warm)) {
      this.#marks.shift();
      this.#warm = true;
    }
    const first = this.#marks[0]!;
    const last = this.#marks.at(-1)!;
    return (1000 * (last.items - first.items)) / Math.max(last.at - first.at, 1e-3);
  }
}
