import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accuracyOf } from "../../../runtime/evaluate/accuracy.ts";
import { knnPredict, XARES_KNN } from "../../../runtime/evaluate/knn.ts";
import { readLabelTable } from "../../../runtime/evaluate/label-table.ts";
import { scoreKnn } from "../../../runtime/evaluate/score-knn.ts";
import { DEFAULT_SPLIT, splitClips } from "../../../runtime/evaluate/split.ts";
import { uniformAt } from "../../../runtime/plan/random.ts";

describe("kNN", () => {
  const bank = { values: Float32Array.of(1, 0, 0.9, 0.1, 0, 10, 0, 20, 0, 30), labels: [0, 0, 1, 1, 1] };

  it("goes by angle, not by length", () => {
    expect(knnPredict(bank, Float32Array.of(0.001, 0, 500, 1, 0, 0.5), 2, { k: 2, temperature: 0.07 })).toEqual([0, 0, 1]);
  });

  it("weights votes by softmax: two near neighbours outvote three far ones", () => {
    const query = Float32Array.of(1, 0.05);
    expect(knnPredict(bank, query, 2, { k: 5, temperature: 0.07 })).toEqual([0]);
    // With a flat softmax the majority of three wins.
    expect(knnPredict(bank, query, 2, { k: 5, temperature: 1000 })).toEqual([1]);
  });

  it("agrees with the vote written out in f64", () => {
    const dim = 5;
    const values = Float32Array.from({ length: 60 * dim }, (_, i) => uniformAt(1, i) - 0.3);
    const queries = Float32Array.from({ length: 20 * dim }, (_, i) => uniformAt(2, i) - 0.3);
    const labels = Array.from({ length: 60 }, (_, i) => i % 7);
    const row = (all: Float32Array, i: number): number[] => [...all.subarray(i * dim, (i + 1) * dim)];
    const cosine = (a: number[], b: number[]): number => a.reduce((s, x, d) => s + x * b[d]!, 0) / Math.hypot(...a) / Math.hypot(...b);
    const wanted = Array.from({ length: 20 }, (_, q) => {
      const near = labels.map((label, i) => ({ label, s: cosine(row(queries, q), row(values, i)) })).sort((a, b) => b.s - a.s).slice(0, XARES_KNN.k);
      const sums = labels.slice(0, 7).map((label) => near.filter((n) => n.label === label).reduce((sum, n) => sum + Math.exp(n.s / XARES_KNN.temperature), 0));
      return sums.indexOf(Math.max(...sums));
    });
    expect(knnPredict({ values, labels }, queries, dim, XARES_KNN)).toEqual(wanted);
  });

  it("takes what there is when the bank is smaller than k, and survives zero vectors", () => {
    expect(knnPredict({ values: Float32Array.of(0, 0, 0, 1), labels: [0, 1] }, Float32Array.of(0, 2, 0, 0), 2, XARES_KNN)).toEqual([1, 0]);
  });
});

describe("an accuracy", () => {
  it("has Wilson's interval", () => {
    // 8 of 10 gives 0.4902 to 0.9433, 0 of 20 gives 0 to 0.1611.
    expect(accuracyOf(8, 10)).toMatchObject({ accuracy: 0.8 });
    expect(accuracyOf(8, 10).low).toBeCloseTo(0.490162, 5);
    expect(accuracyOf(8, 10).high).toBeCloseTo(0.943318, 5);
    expect(accuracyOf(0, 20).low).toBe(0);
    expect(accuracyOf(0, 20).high).toBeCloseTo(0.161125, 5);
  });
});

describe("a split", () => {
  const clips = Array.from({ length: 53 }, (_, i) => ({ name: `clip${i}.wav`, label: i < 50 ? `c${i % 5}` : i < 52 ? "pair" : "single" }));

  it("tests a share of each class, and at least one where it can", () => {
    const sides = splitClips(clips, DEFAULT_SPLIT);
    const tested = (label: string): number => clips.filter((clip, i) => clip.label === label && sides[i] === "test").length;
    expect(["c0", "c1", "c2", "c3", "c4", "pair", "single"].map(tested)).toEqual([2, 2, 2, 2, 2, 1, 0]);
  });

  it("does not depend on the order of the clips, but on the seed", () => {
    const tested = (list: typeof clips, seed: number): string[] => {
      const sides = splitClips(list, { kind: "hash", testShare: 0.3, seed });
      return list.filter((_, i) => sides[i] === "test").map((clip) => clip.name).sort();
    };
    expect(tested([...clips].reverse(), 1)).toEqual(tested(clips, 1));
    expect(tested(clips, 2)).not.toEqual(tested(clips, 1));
  });

  it("can be given, and must fill both sides", () => {
    const sideOf = (name: string) => (name === "clip0.wav" ? "test" : name === "clip1.wav" ? "train" : undefined);
    expect(splitClips(clips, { kind: "given", sideOf }).slice(0, 3)).toEqual(["test", "train", undefined]);
    expect(() => splitClips(clips, { kind: "given", sideOf: () => "train" })).toThrow("no labelled clip is on the test side of the split");
    expect(() => splitClips([{ name: "a", label: "x" }], DEFAULT_SPLIT)).toThrow("no labelled clip is on the test side");
    expect(() => splitClips(clips, { kind: "hash", testShare: 1.5, seed: 0 })).toThrow("between 0 and 1, found 1.5");
  });
});

describe("scoring", () => {
  const names = Array.from({ length: 40 }, (_, i) => `${i % 2 === 0 ? "low" : "high"}/${i}.wav`);
  const values = Float32Array.from(names.flatMap((name, i) => (name.startsWith("low") ? [1, 0.1 * uniformAt(3, i)] : [0.1 * uniformAt(4, i), 1])));
  const folder = (name: string): string => name.split("/")[0]!;

  it("finds classes that are apart, and says what chance would be", () => {
    const score = scoreKnn({ names, values, dim: 2 }, folder, DEFAULT_SPLIT, XARES_KNN);
    expect(score).toMatchObject({ accuracy: 1, correct: 8, total: 8, classes: 2, bank: 32, majority: 0.5 });
    expect(score.low).toBeGreaterThan(0.6);
  });

  it("uses only clips with a label", () => {
    const score = scoreKnn({ names, values, dim: 2 }, (name) => (/\/[0-9]\./.test(name) ? folder(name) : undefined), DEFAULT_SPLIT, XARES_KNN);
    expect(score.bank + score.total).toBe(10);
  });

  it("needs two classes", () => {
    expect(() => scoreKnn({ names, values, dim: 2 }, () => undefined, DEFAULT_SPLIT, XARES_KNN)).toThrow("classes cannot be told apart: none of the clips has a label");
    expect(() => scoreKnn({ names, values, dim: 2 }, () => "x", DEFAULT_SPLIT, XARES_KNN)).toThrow("all labelled clips have the one label 'x'");
  });
});

describe("a table of labels", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "labels-"))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const table = (text: string) => {
    writeFileSync(join(folder, "l.csv"), text);
    return readLabelTable(join(folder, "l.csv"));
  };

  it("has tasks and sides, and finds clips by path or file name", async () => {
    const found = await table('name,digit,speaker,split\n./a/1.wav,"1",ann,train\n2,2,"b, c",TEST\n3.wav,,ann,\n');
    expect(found.tasks).toEqual(["digit", "speaker"]);
    expect([found.labelOf("digit", "a/1.wav"), found.labelOf("speaker", "deep/2.flac"), found.labelOf("digit", "3.wav"), found.labelOf("digit", "4.wav")]).toEqual(["1", "b, c", undefined, undefined]);
    expect(["a/1.wav", "deep/2.flac", "3.wav", "4.wav"].map((name) => found.sideOf!(name))).toEqual(["train", "test", undefined, undefined]);
  });

  it("leaves the split to others when it has none", async () => {
    expect((await table("file,label\na.wav,x\n")).sideOf).toBeNull();
  });

  it.each([
    ["a.wav,x\n", "the first column should be 'name', found 'a.wav'"],
    ["", "the first column should be 'name', found ''"],
    ["name,split\na.wav,train\n", "there is no column of labels"],
    ["name,label\na.wav\n", "row 2 has 1 fields, the header has 2"],
    ["name,label,split\na.wav,x,valid\n", "row 2 has the split 'valid'; train or test was expected"],
  ])("that is wrong is an error: %j", async (text, message) => {
    await expect(table(text)).rejects.toMatchObject({ code: "JR610", message: `'${join(folder, "l.csv")}': ${message}` });
  });

  it("that is absent is an error", async () => {
    await expect(readLabelTable(join(folder, "none.csv"))).rejects.toMatchObject({ code: "JR503" });
  });
});
