import type { TrainRow } from "../train/row.ts";
import { duration, shortNumber } from "../train/numbers.ts";

/** Where lines go: `process.stdout` is one. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** How long one rewritten line stays before the next, ms: faster than this is only flicker. */
const REFRESH = 100;

/**
 * The progress of a run: on a terminal one line, rewritten; elsewhere a plain line for every logged step. Other
 * messages go through `print`, which keeps the live line below them.
 */
export class LiveLine {
  readonly #screen: Screen;
  readonly #steps: number;
  readonly #clipsPerStep: number;
  #shown = "";
  #shownAt = -Infinity;

  constructor(screen: Screen, steps: number, clipsPerStep: number) {
    this.#screen = screen;
    this.#steps = steps;
    this.#clipsPerStep = clipsPerStep;
  }

  row(row: TrainRow, logged: boolean): void {
    if (!this.#screen.isTTY) {
      if (logged) this.#screen.write(`${this.#text(row)}\n`);
      return;
    }
    if (performance.now() - this.#shownAt < REFRESH && row.step !== this.#steps) return;
    this.#shownAt = performance.now();
    this.#draw(this.#text(row).slice(0, Math.max(20, (this.#screen.columns ?? 80) - 1)));
  }

  print(text: string): void {
    const live = this.#shown;
    this.#erase();
    this.#screen.write(`${text}\n`);
    if (live !== "") this.#draw(live);
  }

  /** Leaves the last line standing. */
  end(): void {
    if (this.#shown !== "") this.#screen.write("\n");
    this.#shown = "";
  }

  #text(row: TrainRow): string {
    const values = { loss: row.loss, ...row.displays, ...row.reports, ...row.sizes };
    const left = ((this.#steps - row.step) * this.#clipsPerStep) / row.clipsPerSecond;
    return [
      `${String(row.step).padStart(String(this.#steps).length)}/${this.#steps}`,
      ...Object.entries(values).map(([name, value]) => `${name} ${shortNumber(value)}`),
      `${shortNumber(Number(row.clipsPerSecond.toPrecision(3)))} clips/s`,
      `ETA ${duration(left)}`,
    ].join("  ");
  }

  #draw(text: string): void {
    this.#erase();
    this.#screen.write(text);
    this.#shown = text;
  }

  #erase(): void {
    if (this.#shown !== "") this.#screen.write("\r\x1b[2K");
    this.#shown = "";
  }
}
