import { closeSync, existsSync, openSync, readFileSync, readSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import type { Failure } from "../collective.ts";
import { nap } from "../nap.ts";
import { Silence } from "./silence.ts";

/** A rank's bytes in the file `signals`. Each is one byte, so that nobody reads half of a write. */
const RECORD = 4;
/** How many meetings the rank has come to, modulo 256: ranks are never more than one apart. */
const MEETINGS = 0;
/** Changes as long as the rank's event loop turns. */
const BEAT = 1;
const FAILED = 2;

const BEAT_EVERY = 500;
/** Looks without a pause before the first nap, and the longest nap, ms: see `sleepUntil`. */
const QUICK_LOOKS = 30;
const LONGEST_NAP = 1;

/** How long a rank may be silent, ms, before the others take it for dead: at first, and once it has been heard. */
export interface Patience {
  readonly start: number;
  readonly silence: number;
}

/** What the file `signals` says of a rank, to one who is no rank himself. */
export function readBeats(folder: string, world: number): number[] {
  const records = readFileSync(join(folder, "signals"));
  return Array.from({ length: world }, (_, rank) => records[rank * RECORD + BEAT]!);
}

/** Tells all ranks that one has failed. Of several failures the first is kept. */
export function announceFailure(folder: string, failure: Failure): void {
  const path = join(folder, "failure.json");
  if (!existsSync(path)) {
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(failure));
    renameSync(`${path}.${process.pid}`, path);
  }
  const file = openSync(join(folder, "signals"), "r+");
  writeSync(file, Uint8Array.of(1), 0, 1, failure.rank * RECORD + FAILED);
  closeSync(file);
}

/** Where ranks of one machine tell each other how far they are, that they live, and that they have failed. */
export class Signals {
  private readonly folder: string;
  private readonly rank: number;
  private readonly file: number;
  private readonly records: Uint8Array;
  private readonly patience: Patience;
  private readonly timer: NodeJS.Timeout;
  private meetings = 0;
  private beats = 0;

  constructor(folder: string, rank: number, world: number, patience: Patience) {
    this.folder = folder;
    this.rank = rank;
    this.file = openSync(join(folder, "signals"), "r+");
    this.records = new Uint8Array(world * RECORD);
    this.patience = patience;
    this.beat();
    this.timer = setInterval(() => this.beat(), BEAT_EVERY).unref();
  }

  /**
   * Resolves once every rank has come to this meeting.
   * @throws UserError JR701 another rank has failed, JR702 one is silent
   */
  async meet(): Promise<void> {
    this.meetings = (this.meetings + 1) & 255;
    this.set(MEETINGS, this.meetings);
    const silence = new Silence(this.patience);
    for (let look = 0, rest = 0.02; ; look++) {
      const missing = this.missing();
      if (missing.length === 0) return;
      if (look < QUICK_LOOKS) continue;
      const silent = silence.check(missing.map((rank) => ({ rank, beat: this.records[rank * RECORD + BEAT]! })));
      if (silent !== null) throw this.silent(silent);
      await nap(rest);
      rest = Math.min(1.3 * rest, LONGEST_NAP);
    }
  }

  fail(reason: Omit<Failure, "rank">): void {
    announceFailure(this.folder, { rank: this.rank, ...reason });
  }

  close(): void {
    clearInterval(this.timer);
    closeSync(this.file);
  }

  private beat(): void {
    // Never 0: that is a rank which has not started.
    this.beats = (this.beats % 255) + 1;
    this.set(BEAT, this.beats);
  }

  private set(field: number, value: number): void {
    writeSync(this.file, Uint8Array.of(value), 0, 1, this.rank * RECORD + field);
  }

  /** The ranks that have not come to the meeting yet. */
  private missing(): number[] {
    readSync(this.file, this.records, 0, this.records.length, 0);
    const missing: number[] = [];
    for (let rank = 0; rank * RECORD < this.records.length; rank++) {
      if (this.records[rank * RECORD + FAILED] !== 0) throw this.failed();
      // Behind by one, in arithmetic modulo 256; a rank that has gone on to the next meeting is ahead.
      if (((this.meetings - this.records[rank * RECORD + MEETINGS]!) & 255) === 1) missing.push(rank);
    }
    return missing;
  }

  private failed(): UserError {
    const { rank, code, message } = JSON.parse(readFileSync(join(this.folder, "failure.json"), "utf8")) as Failure;
    return new UserError("JR701", `rank ${rank} ended the run: error[${code}]: ${message}`);
  }

  private silent(rank: number): UserError {
    const started = this.records[rank * RECORD + BEAT] !== 0;
    const limit = (started ? this.patience.silence : this.patience.start) / 1000;
    const what = started ? `rank ${rank} has not given a sign of life for ${limit} s` : `rank ${rank} has not started within ${limit} s`;
    return new UserError("JR702", what, "Its process is stopped, or hangs in its driver.");
  }
}
