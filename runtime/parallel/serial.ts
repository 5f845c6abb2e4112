/** Runs asynchronous work one after the other, in the order of the calls: ranks must enter collectives in one order. */
export class Serial {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined); // whoever asked gets the error
    return result;
  }
}
