import type { GroupMemory } from "./group-memory.ts";
import { partOf, PIECE_BYTES, sumsAt, termsAt } from "./layout.ts";

/**
 * How ranks sum one slot of gradients through the areas that they share. A slot is divided into a part for each rank.
 * In its own area a rank offers the others its terms of their parts, and the sums of its own.
 */
export class Slots {
  private readonly rank: number;
  private readonly memory: GroupMemory;
  private readonly scratch: Uint8Array;

  constructor(rank: number, memory: GroupMemory) {
    this.rank = rank;
    this.memory = memory;
    this.scratch = memory.adder.memory.subarray(memory.scratch, memory.scratch + PIECE_BYTES);
  }

  /** Shows the others this rank's terms of their parts. */
  offer(slot: number, from: Uint8Array): void {
    this.others((rank) => {
      const [start, end] = this.part(rank, from.length);
      this.memory.areas[this.rank]!.write(from.subarray(start, end), termsAt(slot) + start);
    });
  }

  /** Sums this rank's part, in the order of the ranks, once all have offered. */
  sum(slot: number, from: Uint8Array, into: Uint8Array): void {
    const [start, end] = this.part(this.rank, from.length);
    for (let at = start; at < end; at += PIECE_BYTES) this.sumPiece(slot, from, into, at, Math.min(end, at + PIECE_BYTES));
  }

  /** Takes the sums of the others' parts, once all have summed. */
  collect(slot: number, into: Uint8Array): void {
    this.others((rank) => {
      const [start, end] = this.part(rank, into.length);
      this.memory.areas[rank]!.read(into.subarray(start, end), sumsAt(slot) + start);
    });
  }

  private sumPiece(slot: number, from: Uint8Array, into: Uint8Array, at: number, end: number): void {
    const { adder, areas, scratch } = this.memory;
    const own = areas[this.rank]!;
    const bytes = end - at;
    this.scratch.set(from.subarray(at, end));
    const terms = areas.map((area, rank) => (rank === this.rank ? scratch : area.fetch(termsAt(slot) + at, bytes)));
    const sums = own.target(sumsAt(slot) + at);
    for (let rank = 1; rank < terms.length; rank++) adder.add(sums, rank === 1 ? terms[0]! : sums, terms[rank]!, bytes);
    own.publish(sumsAt(slot) + at, bytes);
    into.set(adder.memory.subarray(sums, sums + bytes), at);
  }

  /** Bytes [start, end) of a rank's part of a slot. */
  private part(rank: number, bytes: number): readonly [start: number, end: number] {
    const [start, end] = partOf(bytes / 4, rank, this.memory.areas.length);
    return [4 * start, 4 * end];
  }

  private others(act: (rank: number) => void): void {
    for (let rank = 0; rank < this.memory.areas.length; rank++) if (rank !== this.rank) act(rank);
  }
}
