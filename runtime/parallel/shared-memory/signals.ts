import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import type { Failure } from "../collective.ts";
import { lookUntil, SPIN } from "../look-until.ts";
import { signalsPath } from "./group-folder.ts";
import type { SharedBytes } from "./shared-bytes.ts";
import { Silence } from "./silence.ts";

/** A rank's bytes in the file `signals`. Each signal is one byte, so that nobody reads half of a write. */
const RECORD = 8;
/** Changes as long as the rank's event loop turns. */
const BEAT = 0;
const FAILED = 1;
/** How far the rank is, in counts modulo 256: ranks are never more than a few apart. */
const COUNTS = { meetings: 2, offered: 3, summed: 4 } as const;

/** What is counted: meetings that a rank has come to, and slots that it has offered to the others, and summed. */
export type Count = keyof typeof COUNTS;

const BEAT_EVERY = 500;

/** How long a rank may be silent, ms, before the others take it for dead: at first, and once it has been heard. */
export interface Patience {
  readonly start: number;
  readonly silence: number;
}

/** What the file `signals` says of a rank, to one who is no rank himself. */
export function readBeats(folder: string, world: number): number[] {
  const records = readFileSync(signalsPath(folder));
  return Array.from({ length: world }, (_, rank) => records[rank * RECORD + BEAT]!);
}

/** Tells all ranks that one has failed. Of several failures the first is kept. */
export function announceFailure(folder: string, failure: Failure): void {
  const path = join(folder, "failure.json");
  if (!existsSync(path)) {
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(failure));
    renameSync(`${path}.${process.pid}`, path);
  }
  const file = openSync(signalsPath(folder), "r+");
  writeSync(file, Uint8Array.of(1), 0, 1, failure.rank * RECORD + FAILED);
  closeSync(file);
}

/** Where ranks of one machine tell each other how far they are, that they live, and that they have failed. */
export class Signals {
  private readonly folder: string;
  private readonly rank: number;
  private readonly shared: SharedBytes;
  private readonly records: Uint8Array;
  private readonly patience: Patience;
  private readonly timer: NodeJS.Timeout;
  private meetings = 0;
  private beats = 0;

  constructor(folder: string, rank: number, world: number, shared: SharedBytes, patience: Patience) {
    this.folder = folder;
    this.rank = rank;
    this.shared = shared;
    this.records = new Uint8Array(world * RECORD);
    this.patience = patience;
    this.beat();
    this.timer = setInterval(() => this.beat(), BEAT_EVERY).unref();
  }

  /** Tells the others that this rank has come to `count` of what is counted. */
  reach(what: Count, count: number): void {
    this.set(COUNTS[what], count & 255);
  }

  /**
   * Resolves once every rank has reached `count`.
   * @param spin ms before the first nap
   * @throws UserError JR701 another rank has failed, JR702 one is silent
   */
  async reached(what: Count, count: number, spin: number): Promise<void> {
    let missing: number[] = [];
    let silence: Silence | undefined;
    const all = (): boolean => (missing = this.missing(COUNTS[what], count)).length === 0;
    await lookUntil(all, spin, () => {
      silence ??= new Silence(this.patience);
      const silent = silence.check(missing.map((rank) => ({ rank, beat: this.records[rank * RECORD + BEAT]! })));
      if (silent !== null) throw this.silent(silent);
    });
  }

  /**
   * Resolves once every rank has come to this meeting.
   * @throws UserError JR701 another rank has failed, JR702 one is silent
   */
  meet(): Promise<void> {
    this.reach("meetings", ++this.meetings);
    return this.reached("meetings", this.meetings, SPIN);
  }

  fail(reason: Omit<Failure, "rank">): void {
    announceFailure(this.folder, { rank: this.rank, ...reason });
  }

  close(): void {
    clearInterval(this.timer);
    this.shared.close();
  }

  private beat(): void {
    // Never 0: that is a rank which has not started.
    this.beats = (this.beats % 255) + 1;
    this.set(BEAT, this.beats);
  }

  private set(field: number, value: number): void {
    this.shared.mark(this.rank * RECORD + field, value);
  }

  /** The ranks that are behind `count`. */
  private missing(field: number, count: number): number[] {
    this.shared.look(this.records);
    const missing: number[] = [];
    for (let rank = 0; rank * RECORD < this.records.length; rank++) {
      if (this.records[rank * RECORD + FAILED] !== 0) throw this.failed();
      // In arithmetic modulo 256, where whoever is ahead seems far behind.
      const behind = (count - this.records[rank * RECORD + field]!) & 255;
      if (behind > 0 && behind < 128) missing.push(rank);
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
