import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Collective, Failure } from "../collective.ts";
import { Serial } from "../serial.ts";
import { Adder } from "./adder.ts";
import { partOf, PIECE_BYTES, SLOT_BYTES } from "./layout.ts";
import { Signals, type Patience } from "./signals.ts";

/** A large model compiles for minutes on a slow device, before its rank joins; after that the event loop never rests long. */
export const PATIENCE: Patience = { start: 600_000, silence: 15_000 };

/** The files of one rank: what it contributes, and the sums it has made. Others only read them. */
interface Files {
  readonly terms: number;
  readonly sums: number;
}

/**
 * The collective of processes on one machine, over files in memory. A sum is made in two exchanges: each rank adds up
 * one part of the range for all, then takes the other parts from those who added them. So every number is added once,
 * in the order of the ranks, and all ranks hold the same bits.
 */
export class SharedMemory implements Collective {
  readonly rank: number;
  readonly world: number;
  readonly carrier = "shared memory";
  private readonly signals: Signals;
  private readonly files: readonly Files[];
  private readonly serial = new Serial();
  private readonly adder = new Adder();

  private constructor(rank: number, world: number, signals: Signals, files: readonly Files[]) {
    this.rank = rank;
    this.world = world;
    this.signals = signals;
    this.files = files;
  }

  /**
   * Joins the group of a folder that `createGroup` made; resolves once all ranks have.
   * @throws UserError JR702 a rank does not start
   */
  static async join(folder: string, rank: number, world: number, patience: Patience = PATIENCE): Promise<SharedMemory> {
    const path = (kind: string, of: number): string => join(folder, `${kind}-${of}`);
    const own = { terms: openSync(path("terms", rank), "w+"), sums: openSync(path("sums", rank), "w+") };
    const signals = new Signals(folder, rank, world, patience);
    await signals.meet();
    const files = Array.from({ length: world }, (_, of) => (of === rank ? own : { terms: openSync(path("terms", of), "r"), sums: openSync(path("sums", of), "r") }));
    return new SharedMemory(rank, world, signals, files);
  }

  allReduceSum(from: Float32Array, into: Float32Array): Promise<void> {
    return this.serial.run(async () => {
      for (let at = 0; at < from.length; at += SLOT_BYTES / 4) {
        const end = Math.min(from.length, at + SLOT_BYTES / 4);
        await this.sumSlot(bytesOf(from.subarray(at, end)), bytesOf(into.subarray(at, end)));
      }
    });
  }

  broadcast(bytes: Uint8Array, root: number): Promise<void> {
    return this.serial.run(async () => {
      for (let at = 0; at < bytes.length; at += SLOT_BYTES) {
        const slot = bytes.subarray(at, at + SLOT_BYTES);
        if (this.rank === root) write(this.files[root]!.terms, slot, 0);
        await this.signals.meet();
        if (this.rank !== root) read(this.files[root]!.terms, slot, 0);
        await this.signals.meet();
      }
    });
  }

  gather<T>(message: T): Promise<T[]> {
    return this.serial.run(async () => {
      const text = Buffer.from(JSON.stringify(message));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      write(this.files[this.rank]!.terms, Buffer.concat([length, text]), 0);
      await this.signals.meet();
      const messages = this.files.map(({ terms }) => {
        read(terms, length, 0);
        const other = Buffer.alloc(length.readUInt32LE());
        read(terms, other, 4);
        return JSON.parse(other.toString()) as T;
      });
      await this.signals.meet();
      return messages;
    });
  }

  barrier(): Promise<void> {
    return this.serial.run(() => this.signals.meet());
  }

  fail(reason: Omit<Failure, "rank">): void {
    this.signals.fail(reason);
  }

  close(): Promise<void> {
    return this.serial.run(async () => {
      this.signals.close();
      for (const { terms, sums } of this.files) [terms, sums].forEach(closeSync);
    });
  }

  private async sumSlot(from: Uint8Array, into: Uint8Array): Promise<void> {
    const part = (rank: number): readonly [number, number] => partOf(from.length / 4, rank, this.world).map((element) => 4 * element) as [number, number];
    const own = this.files[this.rank]!;
    this.files.forEach((_, rank) => {
      if (rank !== this.rank) write(own.terms, from.subarray(...part(rank)), part(rank)[0]);
    });
    await this.signals.meet();
    const [start, end] = part(this.rank);
    for (let at = start; at < end; at += PIECE_BYTES) this.sumPiece(from, into, at, Math.min(end, at + PIECE_BYTES));
    await this.signals.meet();
    this.files.forEach(({ sums }, rank) => {
      if (rank !== this.rank) read(sums, into.subarray(...part(rank)), part(rank)[0]);
    });
    // Nobody writes here anew before all have met again, which is after all have read.
  }

  private sumPiece(from: Uint8Array, into: Uint8Array, at: number, end: number): void {
    const { sum, term } = this.adder;
    this.files.forEach(({ terms }, rank) => {
      const target = (rank === 0 ? sum : term).subarray(0, end - at);
      if (rank === this.rank) target.set(from.subarray(at, end));
      else read(terms, target, at);
      if (rank > 0) this.adder.add(end - at);
    });
    into.set(sum.subarray(0, end - at), at);
    write(this.files[this.rank]!.sums, sum.subarray(0, end - at), at);
  }
}

/** In pieces, which is faster than at once: both sides of the copy stay in the cache. */
function write(file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(PIECE_BYTES, bytes.length - at), position + at);
}

/** The bytes are there: whoever wrote them has been met since. */
function read(file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) at += readSync(file, bytes, at, Math.min(PIECE_BYTES, bytes.length - at), position + at);
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
