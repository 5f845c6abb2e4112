import { describe, expect, it } from "vitest";
import { ClipProblem } from "../../../runtime/data/clip-problem.ts";
import { ClipLoader, type ClipLoaderOptions } from "../../../runtime/data/clip-loader.ts";
import type { ClipSource } from "../../../runtime/data/clip-source.ts";
import { epochOrder, hash32, uniform } from "../../../runtime/data/counter-hash.ts";

/** Clip i is i+1, i+1, ... of length `lengths(i)`; those in `bad` throw. `known` tells lengths beforehand. */
function source(count: number, { lengths = () => 8, bad = [], known = false }: { lengths?: (i: number) => number; bad?: number[]; known?: boolean } = {}): ClipSource & { reads: number[] } {
  const reads: number[] = [];
  return {
    reads, rate: 16000, count, skipped: [],
    name: (i) => `clip${i}`,
    label: (i) => (i % 2 ? "odd" : "even"),
    samples: (i) => (known ? lengths(i) : undefined),
    read: async (i, start = 0, length = Infinity) => {
      reads.push(i);
      if (bad.includes(i)) throw new ClipProblem("damaged", `no clip ${i}`);
      return Float32Array.from({ length: lengths(i) }, (_, k) => i + 1 + k / 1000).slice(start, start + length);
    },
    close: async () => undefined,
  };
}

const OPTIONS: ClipLoaderOptions = { batch: 4, samples: 8, seed: 7 };

async function names(loader: ClipLoader, steps: number, from = 0): Promise<string[][]> {
  const all: string[][] = [];
  for (let step = from; step < from + steps; step++) all.push([...(await loader.batch(step)).names]);
  return all;
}

describe("ClipLoader", () => {
  it("shows every clip once an epoch, in a new order each time", async () => {
    const loader = new ClipLoader(source(10), OPTIONS);
    expect(loader.stepsPerEpoch).toBe(2.5);
    const seen = (await names(loader, 10)).flat(); // 40 positions: 4 epochs
    const epochs = [0, 1, 2, 3].map((epoch) => seen.slice(epoch * 10, epoch * 10 + 10));
    for (const epoch of epochs) expect(new Set(epoch).size).toBe(10);
    expect(new Set(epochs.map(String)).size).toBe(4);
  });

  it("gives the same batch for a step whatever came before it", async () => {
    const options = { ...OPTIONS, crop: "random", samples: 5 } as const;
    const straight = new ClipLoader(source(10, { bad: [3, 4] }), options);
    const batches = [];
    for (let step = 0; step < 8; step++) batches.push(await straight.batch(step));
    for (const step of [6, 2, 7]) expect(await new ClipLoader(source(10, { bad: [3, 4] }), options).batch(step)).toEqual(batches[step]);
    expect(await straight.batch(1)).toEqual(batches[1]);
    expect(await new ClipLoader(source(10), { ...options, seed: 8 }).batch(0)).not.toEqual(batches[0]);
  });

  it("pads at the end and says how much is real", async () => {
    const loader = new ClipLoader(source(4, { lengths: (i) => 2 + i * 3 }), OPTIONS);
    const { clip, valid, names, labels } = await loader.batch(0);
    names.forEach((name, row) => {
      const i = Number(name.slice(4));
      const length = Math.min(8, 2 + i * 3);
      expect(valid[row]).toBe(length);
      expect(labels[row]).toBe(i % 2 ? "odd" : "even");
      const samples = clip.subarray(row * 8, row * 8 + 8);
      expect([...samples]).toEqual(Array.from({ length: 8 }, (_, k) => (k < length ? Math.fround(i + 1 + k / 1000) : 0)));
    });
  });

  it("crops at the start or at a drawn place, the same whether lengths are known or not", async () => {
    const lengths = () => 20;
    const start = await new ClipLoader(source(50, { lengths }), OPTIONS).batch(0);
    expect(start.names.map((name, row) => start.clip[row * 8]! - Number(name.slice(4)))).toEqual([1, 1, 1, 1]);
    const places = new Set<number>();
    const unknown = new ClipLoader(source(50, { lengths }), { ...OPTIONS, crop: "random" });
    const known = new ClipLoader(source(50, { lengths, known: true }), { ...OPTIONS, crop: "random" });
    for (let step = 0; step < 40; step++) {
      const batch = await unknown.batch(step);
      expect(await known.batch(step)).toEqual(batch);
      batch.names.forEach((name, row) => places.add(Math.round((batch.clip[row * 8]! - Number(name.slice(4)) - 1) * 1000)));
    }
    expect([...places].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it("shares the clips of a step between ranks", async () => {
    const one = new ClipLoader(source(20), { ...OPTIONS, batch: 6 });
    const ranks = [0, 1, 2].map((rank) => new ClipLoader(source(20), { ...OPTIONS, batch: 2, clipsBefore: 2 * rank, clipsOfStep: 6 }));
    for (let step = 0; step < 5; step++) {
      const shared = await Promise.all(ranks.map(async (loader) => (await loader.batch(step)).names));
      expect(shared.flat()).toEqual((await one.batch(step)).names);
    }
  });

  it("replaces bad clips, names them once, and keeps the rest of the order", async () => {
    const good = await names(new ClipLoader(source(10), OPTIONS), 10);
    const loader = new ClipLoader(source(10, { bad: [2, 5] }), OPTIONS);
    const found = await names(loader, 10);
    found.flat().forEach((name, at) => {
      expect(["clip2", "clip5"]).not.toContain(name);
      if (!["clip2", "clip5"].includes(good.flat()[at]!)) expect(name).toBe(good.flat()[at]);
    });
    expect(loader.skipped).toEqual([
      { name: "clip2", reason: "damaged", detail: "no clip 2" },
      { name: "clip5", reason: "damaged", detail: "no clip 5" },
    ]);
  });

  it("gives up with what it found when every clip is bad", async () => {
    const loader = new ClipLoader(source(3, { bad: [0, 1, 2] }), OPTIONS);
    await expect(loader.batch(0)).rejects.toMatchObject({ code: "JR402", message: expect.stringContaining("all unusable: 3 damaged") as string });
  });

  it("reads ahead without being asked, in order", async () => {
    const clips = source(100);
    const loader = new ClipLoader(clips, { ...OPTIONS, prefetch: 3 });
    const first = await loader.batch(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(clips.reads).toHaveLength(16);
    expect(clips.reads.slice(0, 4).map((i) => `clip${i}`)).toEqual(first.names);
    await loader.batch(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(clips.reads).toHaveLength(20);
  });

  it("refuses impossible options", () => {
    expect(() => new ClipLoader(source(3), { ...OPTIONS, batch: 0 })).toThrow("batch must be a whole number above 0, not 0");
    expect(() => new ClipLoader(source(3), { ...OPTIONS, samples: 1.5 })).toThrow("samples must be a whole number");
    expect(() => new ClipLoader(source(3), { ...OPTIONS, batch: 2, clipsBefore: 3, clipsOfStep: 4 })).toThrow("clipsBefore must be from 0 to 2, not 3");
    expect(() => new ClipLoader(source(0), OPTIONS)).toThrow("no audio clip");
  });
});

describe("counter hash", () => {
  it("spreads evenly, and differs in every counter", () => {
    const bins = new Array<number>(16).fill(0);
    for (let i = 0; i < 16000; i++) bins[Math.floor(uniform(1, i) * 16)]!++;
    const chi = bins.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    expect(chi).toBeLessThan(37.7); // 15 degrees of freedom, p = 0.001
    expect(new Set([hash32(1, 2, 3), hash32(1, 3, 2), hash32(2, 1, 3), hash32(1, 2), hash32(1, 2, 3, 0)]).size).toBe(5);
    expect(new Set(Array.from({ length: 20000 }, (_, i) => hash32(5, i))).size).toBeGreaterThan(19990);
  });

  it("orders epochs as uniform permutations", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const key = epochOrder(3, seed, 0).join("");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const n of counts.values()) expect(Math.abs(n - 1000)).toBeLessThan(120);
  });
});
