import { UserError } from "../../errors.ts";

/** The shortest wait that counts as a hang, ms, and how many times the slowest step so far it must be. */
const LEAST = 20_000;
const TIMES_SLOWEST = 5;

/** Tells a device that hangs from one that is slow: by the steps it has done. The first step, which compiles, has no limit. */
export class HangWatch {
  private readonly device: string;
  private readonly least: number;
  private slowest: number | null = null;

  /** @param device for the message, with its rank: `rank 1's device 'x'` */
  constructor(device: string, least = LEAST) {
    this.device = device;
    this.least = least;
  }

  /** @throws UserError JR721 where a step's work on the device takes far longer than steps have taken */
  async wait(step: number, work: Promise<void>): Promise<void> {
    const start = performance.now();
    const limit = this.slowest === null ? null : Math.max(this.least, TIMES_SLOWEST * this.slowest);
    await (limit === null ? work : this.within(limit, step, work));
    this.slowest = Math.max(this.slowest ?? 0, performance.now() - start);
  }

  private async within(limit: number, step: number, work: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new UserError("JR721", `${this.device} has not finished step ${step + 1} within ${Math.round(limit / 1000)} s`, "Its driver hangs: see the system's log, and start that machine's driver again.")), limit);
    });
    try {
      await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
