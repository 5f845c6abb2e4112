import type { Collective, Failure } from "../collective.ts";
import { SPIN } from "../look-until.ts";
import { lengthOf, turnsOf, type Part } from "../parts.ts";
import { Serial } from "../serial.ts";
import { blockBytes, pieceSums, type SumFormat } from "../sum/piece-sum.ts";
import { openGroup, type GroupMemory } from "./group-memory.ts";
import { SLOT_BYTES, TERMS_BYTES } from "./layout.ts";
import { fileMapper, type MapFile } from "./map-file.ts";
import type { SharedBytes } from "./shared-bytes.ts";
import { Signals, type Patience } from "./signals.ts";
import { Slots } from "./slots.ts";

/** A large model compiles for minutes on a slow device, before its rank joins; after that the event loop never rests long. */
export const PATIENCE: Patience = { start: 600_000, silence: 15_000 };

/** ms of waiting without a nap: for each byte, about a quarter of the time that its exchange takes; and at most. */
const SPIN_PER_BYTE = 0.1e-6;
const LONGEST_SPIN = 2;

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
  private readonly areas: readonly SharedBytes[];
  private readonly slots: Slots;
  private readonly sums = pieceSums();
  private readonly serial = new Serial();
  /** Slots that this group has exchanged. */
  private exchanged = 0;

  private constructor(rank: number, signals: Signals, memory: GroupMemory) {
    this.rank = rank;
    this.world = memory.areas.length;
    this.signals = signals;
    this.areas = memory.areas;
    this.slots = new Slots(rank, memory);
  }

  /**
   * Joins the group of a folder that `createGroup` made; resolves once all ranks have.
   * @param map how files become memory, null for not at all; the way of this machine where it is left out
   * @throws UserError JR702 a rank does not start
   */
  static async join(folder: string, rank: number, world: number, patience: Patience = PATIENCE, map?: MapFile | null): Promise<SharedMemory> {
    const memory = openGroup(folder, world, map === undefined ? await fileMapper() : map);
    const signals = new Signals(folder, rank, world, memory.signals, patience);
    await signals.meet();
    return new SharedMemory(rank, signals, memory);
  }

  allReduceSum(from: Float32Array, into: Float32Array): Promise<void> {
    return this.serial.run(() => this.sum(bytesOf(from), bytesOf(into)));
  }

  reduceScatter(from: Uint8Array, into: Uint8Array, parts: readonly Part[], format: SumFormat): Promise<void> {
    const block = blockBytes(format);
    const each = block * Math.floor(TERMS_BYTES / this.world / block);
    return this.serial.run(async () => {
      let done = 0;
      for (const turn of turnsOf(parts, each)) {
        turn.forEach((part, rank) => {
          if (rank !== this.rank) this.areas[this.rank]!.write(from.subarray(...part), rank * each);
        });
        await this.signals.meet();
        const own = turn[this.rank]!;
        this.sumOwn(format, from.subarray(...own), into.subarray(done, (done += lengthOf(own))), this.rank * each);
        // Terms are not written anew before all have read them.
        await this.signals.meet();
      }
    });
  }

  allGather(own: Uint8Array, into: Uint8Array, parts: readonly Part[]): Promise<void> {
    return this.serial.run(async () => {
      let done = 0;
      for (const turn of turnsOf(parts, TERMS_BYTES)) {
        const [from, to] = turn[this.rank]!;
        const piece = own.subarray(done, (done += to - from));
        this.areas[this.rank]!.write(piece, 0);
        into.set(piece, from);
        await this.signals.meet();
        this.areas.forEach((area, rank) => {
          if (rank !== this.rank) area.read(into.subarray(...turn[rank]!), 0);
        });
        await this.signals.meet();
      }
    });
  }

  broadcast(bytes: Uint8Array, root: number): Promise<void> {
    return this.serial.run(async () => {
      for (let at = 0; at < bytes.length; at += TERMS_BYTES) {
        const piece = bytes.subarray(at, at + TERMS_BYTES);
        if (this.rank === root) this.areas[root]!.write(piece, 0);
        await this.signals.meet();
        if (this.rank !== root) this.areas[root]!.read(piece, 0);
        await this.signals.meet();
      }
    });
  }

  gather<T>(message: T): Promise<T[]> {
    return this.serial.run(async () => {
      const text = Buffer.from(JSON.stringify(message));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      this.areas[this.rank]!.write(Buffer.concat([length, text]), 0);
      await this.signals.meet();
      const messages = this.areas.map((area) => {
        area.read(length, 0);
        const other = Buffer.alloc(length.readUInt32LE());
        area.read(other, 4);
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
      for (const area of this.areas) area.close();
    });
  }

  /** Adds up this rank's terms and those of the others, which lie at `position` of their areas, piece by piece. */
  private sumOwn(format: SumFormat, from: Uint8Array, into: Uint8Array, position: number): void {
    const sum = this.sums[format];
    for (let at = 0; at < from.length; at += sum.pieceBytes) {
      const piece = from.subarray(at, at + sum.pieceBytes);
      this.areas.forEach((area, rank) => {
        const target = sum.target(rank === 0).subarray(0, piece.length);
        if (rank === this.rank) target.set(piece);
        else area.read(target, position + at);
        sum.add(piece.length, rank === 0);
      });
      into.set(sum.result(piece.length), at);
    }
  }

  /**
   * Slot by slot. While the others are at work on one, this rank goes on to the next: it offers slot k before it sums
   * slot k - 1, and collects k - 2 after. So three slots of memory are enough: who offers slot k has seen that all have
   * summed slot k - 3, and who has offered it has collected k - 3, whose sums may be written over then.
   */
  private async sum(from: Uint8Array, into: Uint8Array): Promise<void> {
    const count = Math.ceil(from.length / SLOT_BYTES);
    const first = this.exchanged;
    this.exchanged += count;
    const spin = Math.min(SPIN + SPIN_PER_BYTE * from.length, LONGEST_SPIN);
    const slotOf = (bytes: Uint8Array, k: number): Uint8Array => bytes.subarray(k * SLOT_BYTES, (k + 1) * SLOT_BYTES);
    for (let k = 0; k < count + 2; k++) {
      const [summed, collected] = [k - 1, k - 2];
      if (k < count) {
        this.slots.offer(first + k, slotOf(from, k));
        this.signals.reach("offered", first + k + 1);
      }
      if (summed >= 0 && summed < count) {
        await this.signals.reached("offered", first + summed + 1, spin);
        this.slots.sum(first + summed, slotOf(from, summed), slotOf(into, summed));
        this.signals.reach("summed", first + summed + 1);
      }
      if (collected >= 0) {
        await this.signals.reached("summed", first + collected + 1, spin);
        this.slots.collect(first + collected, slotOf(into, collected));
      }
    }
  }
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
