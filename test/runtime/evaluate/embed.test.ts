import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SkippedClip } from "../../../runtime/data/clip-problem.ts";
import { writeEmbeddings } from "../../../runtime/evaluate/embed-clips.ts";
import { embedSource, type EmbeddedWindow } from "../../../runtime/evaluate/embed-source.ts";
import { Embedder } from "../../../runtime/evaluate/embedder.ts";
import { meanVectors } from "../../../runtime/evaluate/evaluate-knn.ts";
import { npyHeader, readNpy as readBack } from "../../../runtime/evaluate/npy.ts";
import type { Pool } from "../../../runtime/evaluate/pooling.ts";
import type { Plan } from "../../../runtime/plan/schema.ts";
import { tinyPlan } from "../train/tiny-plan.ts";
import { fakeEmbed } from "./fake-embed.ts";
import { fakeSource } from "./fake-source.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "embed-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const ones = (length: number): number[] => Array.from({ length }, () => 1);
const clips = [
  { name: "a/short.wav", label: "a", samples: ones(3) },
  { name: "a/bad.wav", label: "a", samples: null },
  { name: "b/long.wav", label: "b", samples: [...ones(16), 5, 5, 5] },
  { name: "b/exact.wav", label: "b", samples: [...ones(7), 9] },
];

function withEmbed(change: Partial<Plan["programs"][string]>): Plan {
  const plan = tinyPlan();
  return { ...plan, programs: { ...plan.programs, embed: { ...plan.programs["embed"]!, ...change } } };
}

/** A float32 .npy as NumPy reads it: the header's dict and the values. */
function readNpy(path: string): { shape: number[]; values: number[] } {
  const bytes = readFileSync(path);
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]));
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, start);
  expect(header).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \([\d, ]*\), \} *\n$/);
  const shape = /\(([\d, ]*)\)/.exec(header)![1]!.split(",").filter((size) => size.trim()).map(Number);
  return { shape, values: [...new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length))] };
}

describe("an exported embedding", () => {
  it("tells its form from the plan", () => {
    expect(new Embedder(tinyPlan(), fakeEmbed()).shape).toEqual({ rate: 8000, samples: 8, rows: 3, tokens: 4, dim: 2, steps: 4 });
  });

  it("knows times and bands apart by the config's frames and patch", () => {
    const embedder = new Embedder({ ...tinyPlan(), config: { frames: 32, patch: 16 } }, fakeEmbed());
    expect(embedder.shape.steps).toBe(2);
    expect([1, 4, 5, 8].map((valid) => embedder.kept(valid))).toEqual([2, 2, 4, 4]);
  });

  it.each<[string, Plan, RegExp]>([
    ["is absent", { ...tinyPlan(), programs: {} }, /the model 'Tiny' exports no function 'embed'/],
    ["takes no clip", withEmbed({ inputs: [] }), /'embed' of the model 'Tiny' does not embed clips/],
    ["gives four axes", withEmbed({ outputs: [{ name: "result", dtype: "f32", shape: [1, 2, 3, 4], buffer: 0, offset: 0 }] }), /does not embed clips/],
    ["has no rate", { ...withEmbed({ inputs: [{ name: "clip", dtype: "f32", shape: [{ size: "N" }, 8], buffer: 0, offset: 0 }] }), programs: { embed: { ...withEmbed({}).programs["embed"]!, inputs: [{ name: "clip", dtype: "f32", shape: [{ size: "N" }, 8], buffer: 0, offset: 0 }] } } }, /does not say at which rate it hears/],
  ])("that %s is an error", (_, plan, message) => {
    expect(() => new Embedder(plan, fakeEmbed())).toThrow(message);
  });

  it("with a fixed number of rows is filled up", async () => {
    const plan = withEmbed({
      sizes: [],
      inputs: [{ name: "clip", dtype: "f32", shape: [3, 8], buffer: 0, offset: 0, source: { kind: "audio", args: { rate: 8000 } } }],
      outputs: [{ name: "result", dtype: "f32", shape: [3, 4, 2], buffer: 0, offset: 0 }],
    });
    const session = fakeEmbed(plan);
    const result = await new Embedder(plan, session).submit([Float32Array.from(ones(8))])();
    expect(session.runs).toEqual([3]);
    expect([...result]).toEqual([2, -1, 2, -1, 2, -1, 2, -1]);
  });
});

describe("embedding a source", () => {
  it.each([false, true])("cuts long clips, pads the last window and skips bad clips (lengths known: %s)", async (known) => {
    const session = fakeEmbed();
    const skipped: SkippedClip[] = [];
    const windows = [];
    for await (const window of embedSource(new Embedder(tinyPlan(), session), fakeSource(clips, { known }), skipped)) windows.push(window);
    expect(windows.map(({ clip, window, last, kept }) => [clip, window, last, kept])).toEqual([
      [0, 0, true, 2], [2, 0, false, 4], [2, 1, false, 4], [2, 2, true, 2], [3, 0, true, 4],
    ]);
    expect([...windows[0]!.values]).toEqual([2, 3, 1, 3, 0, 3, 0, 3]);
    expect([...windows[3]!.values]).toEqual([10, 3, 5, 3, 0, 3, 0, 3]);
    expect(session.runs).toEqual([3, 2]);
    expect(skipped).toEqual([{ name: "a/bad.wav", reason: "truncated", detail: "too short" }]);
  });

  it("reads no more than a window at a time where lengths are known", async () => {
    const source = fakeSource(clips.slice(2, 3), { known: true });
    for await (const _ of embedSource(new Embedder(tinyPlan(), fakeEmbed()), source, [])) void _;
    expect(source.reads).toEqual([[0, 0], [0, 8], [0, 16]]);
  });

  it.each([false, true])("cuts clips into pieces of one length, drops the rest, pads a shorter clip (lengths known: %s)", async (known) => {
    const windows: EmbeddedWindow[] = [];
    for await (const window of embedSource(new Embedder(tinyPlan(), fakeEmbed()), fakeSource(clips, { known }), [], 9)) windows.push(window);
    // Of 3 samples: one piece of 9, which is a window of 8 and one of 1. Of 19: two pieces. Of 8: one, padded by 1.
    expect(windows.map(({ clip, window, last, kept }) => [clip, window, last, kept])).toEqual([
      [0, 0, false, 4], [0, 1, true, 1], [2, 0, false, 4], [2, 1, true, 1], [2, 0, false, 4], [2, 1, true, 1], [3, 0, false, 4], [3, 1, true, 1],
    ]);
    expect([0, 2, 4, 6].map((i) => windows[i]!.values[1])).toEqual([8, 8, 8, 8]); // padding of a piece counts as real
  });

  it("averages the tokens that are not padding over all windows", async () => {
    const vectors = await meanVectors(new Embedder(tinyPlan(), fakeEmbed()), fakeSource(clips), [], () => undefined);
    expect(vectors.names).toEqual(["a/short.wav", "b/long.wav", "b/exact.wav"]);
    const wanted = [(2 + 1) / 2, 3, (8 * 2 + 10 + 5) / 10, (8 * 8 + 2 * 3) / 10, (2 + 2 + 2 + 10) / 4, 8];
    vectors.values.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 6));
  });

  it("names the clip whose embedding is not finite", async () => {
    const source = fakeSource([{ name: "x.wav", samples: [NaN, 1, 1] }]);
    await expect(meanVectors(new Embedder(tinyPlan(), fakeEmbed()), source, [], () => undefined)).rejects.toMatchObject({ code: "JR602", message: "the embedding of 'x.wav' holds NaN" });
  });
});

describe("writing embeddings", () => {
  const write = (pool: Pool, plan = tinyPlan()) => {
    const progress: number[] = [];
    return writeEmbeddings(join(folder, "e.npy"), pool, new Embedder(plan, fakeEmbed()), fakeSource(clips), (done) => progress.push(done)).then((result) => ({ ...result, progress }));
  };

  it("gives one row a clip for the mean", async () => {
    const { rows, shape, progress, skipped } = await write("mean");
    const npy = readNpy(join(folder, "e.npy"));
    expect(npy.shape).toEqual([3, 2]);
    expect(shape).toEqual([3, 2]);
    expect(npy.values.slice(0, 2)).toEqual([1.5, 3]);
    expect(rows).toEqual([{ name: "a/short.wav", label: "a" }, { name: "b/long.wav", label: "b" }, { name: "b/exact.wav", label: "b" }]);
    expect(progress).toEqual([1, 3, 4]);
    expect(skipped.map((clip) => clip.name)).toEqual(["a/bad.wav"]);
  });

  it("can be read back", async () => {
    await write("mean");
    const { shape, values } = await readBack(join(folder, "e.npy"));
    expect(shape).toEqual([3, 2]);
    expect([...values.subarray(0, 2)]).toEqual([1.5, 3]);
    truncateSync(join(folder, "e.npy"), 140);
    await expect(readBack(join(folder, "e.npy"))).rejects.toThrow("it ends after 140 bytes");
  });

  it("gives one row a kept time for the time steps, and says which are whose", async () => {
    const { rows, shape, progress } = await write("time", { ...tinyPlan(), config: { frames: 32, patch: 16 } });
    const npy = readNpy(join(folder, "e.npy"));
    expect(shape).toEqual([8, 2]);
    expect(npy.shape).toEqual([8, 2]);
    // Two bands at each of a window's two times, of which the padded second one is left out.
    const [short, long, exact] = [[1.5, 3], [2, 8, 2, 8, 2, 8, 2, 8, 7.5, 3], [2, 8, 6, 8]];
    expect(npy.values).toEqual([...short, ...long, ...exact]);
    expect(rows).toEqual([
      { name: "a/short.wav", label: "a", first: 0, count: 1 },
      { name: "b/long.wav", label: "b", first: 1, count: 5 },
      { name: "b/exact.wav", label: "b", first: 6, count: 2 },
    ]);
    expect(progress).toEqual([1, 3, 4]);
  });

  it("gives one row a token for the time steps where every token has a time of its own", async () => {
    const { rows } = await write("time");
    expect(readNpy(join(folder, "e.npy")).values.slice(0, 4)).toEqual([2, 3, 1, 3]);
    expect(rows.map(({ first, count }) => [first, count])).toEqual([[0, 2], [2, 10], [12, 4]]);
  });

  it("gives one row a window for the tokens, and says which are padding", async () => {
    const { rows } = await write("tokens");
    const npy = readNpy(join(folder, "e.npy"));
    expect(npy.shape).toEqual([5, 4, 2]);
    expect(npy.values.slice(0, 8)).toEqual([2, 3, 1, 3, 0, 3, 0, 3]);
    expect(rows[3]).toEqual({ name: "b/long.wav", label: "b", window: 2, kept: 2 });
  });

  it("writes nothing where no clip is usable", async () => {
    const source = fakeSource([clips[1]!]);
    await expect(writeEmbeddings(join(folder, "e.npy"), "mean", new Embedder(tinyPlan(), fakeEmbed()), source, undefined)).rejects.toMatchObject({ code: "JR604", hint: "The first: a/bad.wav: truncated (too short)." });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("opens in NumPy", async ({ skip }) => {
    try {
      execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
    } catch {
      skip("NumPy is not installed");
    }
    await write("mean");
    const shown = execFileSync("python3", ["-c", "import numpy,sys;a=numpy.load(sys.argv[1]);print(a.dtype,a.shape,a[0].tolist())", join(folder, "e.npy")], { encoding: "utf8" });
    expect(shown.trim()).toBe("float32 (3, 2) [1.5, 3.0]");
  });

  it("makes headers that hold any shape", () => {
    const shown = (shape: number[]): string => Buffer.from(npyHeader(shape)).toString("latin1", 10).trimEnd();
    expect(shown([5])).toContain("'shape': (5,), }");
    expect(shown([1e9, 128, 768])).toContain("'shape': (1000000000, 128, 768), }");
    expect(npyHeader([1]).length % 64).toBe(0);
  });
});
