import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createGroup, removeGroup } from "../../../runtime/parallel/shared-memory/group-folder.ts";
import { partOf, SLOT_BYTES } from "../../../runtime/parallel/shared-memory/layout.ts";
import { fileMapper } from "../../../runtime/parallel/shared-memory/map-file.ts";
import { SharedMemory } from "../../../runtime/parallel/shared-memory/shared-memory.ts";
import { Silence } from "../../../runtime/parallel/shared-memory/silence.ts";
import type { Part } from "../../../runtime/parallel/parts.ts";
import { asGroup, valuesOf } from "./group.ts";
import { gradients, packed, sumInOrder } from "./half.ts";

/** Values whose f32 sum depends on the order of the terms. */
const term = (rank: number, i: number): number => Math.fround(Math.sin(1 + i * 0.37 + rank * 11.3) * 10 ** ((i + rank) % 5));

function expectedSum(world: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    let sum = term(0, i);
    for (let rank = 1; rank < world; rank++) sum = Math.fround(sum + term(rank, i));
    return sum;
  });
}

const mapper = await fileMapper();
const bits = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

describe.each([
  { how: "mapped files", map: mapper, absent: mapper === null },
  { how: "files", map: null, absent: false },
])("allReduceSum over $how", ({ map, absent }) => {
  it.skipIf(absent).each([[2, 7], [3, 1], [4, 1000], [3, 450_000]])("of %i ranks sums %i values in the order of the ranks, with the same bits everywhere", async (world, count) => {
    const results = await valuesOf(world, async (group) => {
      const values = Float32Array.from({ length: count }, (_, i) => term(group.rank, i));
      const into = new Float32Array(count);
      await group.allReduceSum(values, into);
      return into;
    }, map);
    for (const result of results) expect(Buffer.compare(bits(result), bits(expectedSum(world, count)))).toBe(0);
  });

  it.skipIf(absent)("works in place, on part of a larger array, and many times at once in the order of the calls", async () => {
    const results = await valuesOf(2, async (group) => {
      const all = new Float32Array(64).fill(group.rank + 1);
      await Promise.all([0, 1, 2, 3].map((k) => group.allReduceSum(all.subarray(8 * k, 8 * k + 8), all.subarray(8 * k, 8 * k + 8))));
      return [...all];
    }, map);
    for (const result of results) expect(result.slice(0, 32)).toEqual(new Array(32).fill(3));
    expect(results.map((result) => result[40])).toEqual([1, 2]);
  });

  it.skipIf(absent)("of lengths that change and end within a slot, with broadcasts between", async () => {
    const slot = SLOT_BYTES / 4;
    const lengths = [slot + 5, 3, 3 * slot + 1, 2 * slot - 17, 1];
    const results = await valuesOf(3, async (group) => {
      const sums: Float32Array[] = [];
      for (const count of lengths) {
        const values = Float32Array.from({ length: count }, (_, i) => term(group.rank, i));
        await group.allReduceSum(values, values);
        sums.push(values);
        await group.broadcast(new Uint8Array(4 * SLOT_BYTES).fill(255), 2);
      }
      return sums;
    }, map);
    for (const sums of results) sums.forEach((sum, i) => expect(Buffer.compare(bits(sum), bits(expectedSum(3, lengths[i]!))), `length ${i}`).toBe(0));
  });
});

/** So many blocks for each rank, one behind the other. */
function partsOf(blocks: readonly number[], bytes: number): Part[] {
  let at = 0;
  return blocks.map((count) => [at, (at += count * bytes)]);
}

describe.each([
  { how: "mapped files", map: mapper, absent: mapper === null },
  { how: "files", map: null, absent: false },
])("reduceScatter and allGather over $how", ({ map, absent }) => {
  /** Blocks for each rank; the last case takes several turns. */
  const SHARES = [[3, 3], [5, 0, 2], [1, 1, 1, 2], [10_000, 10_001]];

  it.skipIf(absent).each(SHARES.map((shares) => [shares.length, shares] as const))("give %i ranks the sum of parts of %j blocks of f32, then all of it", async (world, shares) => {
    const count = 64 * shares.reduce((a, b) => a + b, 0);
    const parts = partsOf(shares, 256);
    const results = await valuesOf(world, async (group) => {
      const values = Float32Array.from({ length: count }, (_, i) => term(group.rank, i));
      // What an operation before it left is not read, and what one after it overwrites has been read.
      const [before, after] = [new Float32Array(count), new Float32Array(count)];
      await group.allReduceSum(values, before);
      const own = new Uint8Array(256 * shares[group.rank]!);
      await group.reduceScatter(new Uint8Array(values.buffer), own, parts, "f32");
      const all = new Float32Array(count);
      await group.allGather(own, new Uint8Array(all.buffer), parts);
      await group.allReduceSum(values, after);
      return { own, before, all, after };
    }, map);
    const expected = bits(expectedSum(world, count));
    for (const [rank, { own, ...sums }] of results.entries()) {
      for (const sum of Object.values(sums)) expect(Buffer.compare(bits(sum), expected)).toBe(0);
      expect(Buffer.compare(own, expected.subarray(...parts[rank]!))).toBe(0);
    }
  });

  it.skipIf(absent)("sum in half precision as one rank would that has all terms", async () => {
    const shares = [40, 41, 39];
    const parts = partsOf(shares, 132);
    const terms = shares.map((_, rank) => gradients(120, rank));
    const results = await valuesOf(3, async (group) => {
      const own = new Uint8Array(132 * shares[group.rank]!);
      await group.reduceScatter(packed(terms[group.rank]!), own, parts, "f16");
      const all = new Uint8Array(132 * 120);
      await group.allGather(own, all, parts);
      return all;
    }, map);
    for (const all of results) expect(Buffer.compare(all, packed(sumInOrder(terms)))).toBe(0);
  });
});

describe("a group", () => {
  it("gathers messages in order of rank, and broadcasts more bytes than fit a slot", async () => {
    const results = await valuesOf(3, async (group) => {
      const messages = await group.gather({ from: group.rank, text: "é".repeat(group.rank) });
      const bytes = new Uint8Array(5 << 20);
      if (group.rank === 1) bytes.forEach((_, i) => (bytes[i] = i % 251));
      await group.broadcast(bytes, 1);
      await group.barrier();
      return { messages, right: bytes.every((byte, i) => byte === i % 251) };
    });
    const messages = [{ from: 0, text: "" }, { from: 1, text: "é" }, { from: 2, text: "éé" }];
    expect(results).toEqual([0, 1, 2].map(() => ({ messages, right: true })));
  });

  it("ends everywhere with the reason of the rank that failed", async () => {
    const results = await asGroup(3, async (group) => {
      await group.barrier();
      if (group.rank === 2) {
        group.fail({ code: "JR104", message: "the device 'x' was lost" });
        return;
      }
      await group.barrier();
    });
    expect(results[2]!.status).toBe("fulfilled");
    for (const result of results.slice(0, 2)) {
      expect(result).toMatchObject({ reason: { code: "JR701", message: "rank 2 ended the run: error[JR104]: the device 'x' was lost" } });
    }
  });

  it("names a rank that does not start", async () => {
    const folder = createGroup(2);
    const error: unknown = await SharedMemory.join(folder, 0, 2, { start: 50, silence: 50 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "JR702", message: "rank 1 has not started within 0.05 s" });
    removeGroup(folder);
    expect(existsSync(folder)).toBe(false);
  });
});

describe("partOf", () => {
  it.each([[1, 4], [17, 4], [64, 4], [65, 3], [1000, 7]])("cuts %i elements for %i ranks without gap or overlap", (count, world) => {
    let next = 0;
    for (let rank = 0; rank < world; rank++) {
      const [from, to] = partOf(count, rank, world);
      expect(from).toBe(next);
      next = to;
    }
    expect(next).toBe(count);
  });
});

describe("Silence", () => {
  const patience = { start: 60_000, silence: 15_000 };

  it("names a rank whose beat has not changed for too long, and waits longer for one that is only starting", () => {
    let now = 0;
    const silence = new Silence(patience, () => now);
    const look = (beats: readonly number[]): number | null => silence.check(beats.map((beat, rank) => ({ rank, beat })));
    for (; now <= 15_000; now += 1000) expect(look([0, 7])).toBeNull();
    expect(look([0, 8])).toBeNull();
    for (const until = now + 15_000; now <= until; now += 1000) expect(look([0, 8])).toBeNull();
    expect(look([0, 8])).toBe(1);
  });

  it("begins anew when it was this process that slept", () => {
    let now = 0;
    const silence = new Silence(patience, () => now);
    expect(silence.check([{ rank: 1, beat: 7 }])).toBeNull();
    now += 100_000;
    expect(silence.check([{ rank: 1, beat: 7 }])).toBeNull();
  });
});
