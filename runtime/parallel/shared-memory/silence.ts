import type { Patience } from "./signals.ts";

/** A gap between two looks that says this process itself was stopped or starved, ms: what it missed proves nothing. */
const OWN_GAP = 2000;

interface Sign {
  readonly beat: number;
  readonly since: number;
}

/** Watches the beats of the ranks one waits for, and tells when one has been silent for too long. */
export class Silence {
  private readonly patience: Patience;
  private readonly now: () => number;
  private readonly signs = new Map<number, Sign>();
  private lastLook: number;

  /** `now` gives milliseconds. */
  constructor(patience: Patience, now: () => number = () => performance.now()) {
    this.patience = patience;
    this.now = now;
    this.lastLook = now();
  }

  /** Gives the rank that has been silent for too long, null while there is hope. A beat of 0 is of a rank not started yet. */
  check(waitedFor: readonly { readonly rank: number; readonly beat: number }[]): number | null {
    const now = this.now();
    if (now - this.lastLook > OWN_GAP) this.signs.clear();
    this.lastLook = now;
    for (const { rank, beat } of waitedFor) {
      const sign = this.signs.get(rank);
      if (sign?.beat !== beat) this.signs.set(rank, { beat, since: now });
      else if (now - sign.since > (beat === 0 ? this.patience.start : this.patience.silence)) return rank;
    }
    return null;
  }
}
