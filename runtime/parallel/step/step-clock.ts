/** Measures how much of the communication of steps is hidden behind computing. All in milliseconds, summed over steps. */
export class StepClock {
  steps = 0;
  /** From a step's first command to its updates being submitted. */
  total = 0;
  /** Spent in exchanges of gradients, waiting for slower ranks included. */
  exchanging = 0;
  /** From the end of a step's last pass on the device to its updates being submitted: the device had nothing to do. */
  exposed = 0;
  private began = 0;
  private computed: number | null = null;

  begin(): void {
    this.began = performance.now();
    this.computed = null;
  }

  /** `done` resolves when the device has computed this step's gradients. */
  watch(done: Promise<unknown>): void {
    done.then(
      () => (this.computed = performance.now()),
      () => undefined, // a lost device is reported by whoever waits for it
    );
  }

  async exchange(work: () => Promise<void>): Promise<void> {
    const start = performance.now();
    await work();
    this.exchanging += performance.now() - start;
  }

  end(): void {
    const now = performance.now();
    this.steps++;
    this.total += now - this.began;
    this.exposed += now - (this.computed ?? now);
  }

  /** The fraction of communication that is hidden, from 0 to 1. */
  get hidden(): number {
    return this.exchanging === 0 ? 1 : Math.max(0, 1 - this.exposed / this.exchanging);
  }
}
