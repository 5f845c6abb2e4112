import { describe, expect, it } from "vitest";
import { knnPredict, XARES_KNN } from "../../../runtime/evaluate/knn.ts";
import { averagePrecision, meanAveragePrecision, rank } from "../../../runtime/evaluate/metrics/average-precision.ts";
import { bootstrap } from "../../../runtime/evaluate/metrics/bootstrap.ts";
import { recallAt1, retrieve } from "../../../runtime/evaluate/metrics/recall-at-1.ts";
import { countSegments, segmentF1 } from "../../../runtime/evaluate/metrics/segment-f1.ts";
import { golden } from "../../goldens/read.ts";

const want = golden("probes");
const facts = want.facts as unknown as Readonly<Record<"map" | "macro" | "micro" | "recall", number>>;
const floats = (name: string): Float32Array => want.floats(name).data;

describe("against PyTorch and scikit-learn", () => {
  it.each(["xares", "cosine"] as const)("kNN predicts the same: %s", (kind) => {
    const labels = Array.from({ length: 75 }, (_, i) => i % 5);
    const predicted = knnPredict({ values: floats("bank"), labels }, floats("queries"), 12, XARES_KNN, kind);
    expect(predicted).toEqual([...want.ints(`knn.${kind}`).data]);
  });

  it("the two kinds of kNN differ where features have a common mean", () => {
    expect([...want.ints("knn.xares").data]).not.toEqual([...want.ints("knn.cosine").data]);
  });

  it("mean average precision, with equal scores and a class without positives", () => {
    const ranking = rank(floats("map.scores"), floats("map.targets"), 5);
    expect(meanAveragePrecision(ranking)).toBeCloseTo(facts.map, 9);
    expect(averagePrecision(ranking, 4)).toBe(0);
  });

  it.each(["macro", "micro"] as const)("segment F1, %s", (average) => {
    let frame = 0;
    const clips = Array.from(want.ints("f1.lengths").data, (frames) => {
      const part = (name: string): Float32Array => floats(name).subarray(5 * frame, 5 * (frame + frames));
      const counts = countSegments(part("f1.logits"), part("f1.targets"), 5, 3);
      frame += frames;
      return counts;
    });
    expect(segmentF1(clips, average)).toBeCloseTo(facts[average], 9);
  });

  it("R@1", () => {
    expect(recallAt1(retrieve(floats("recall.audio"), floats("recall.captions"), 12, 5))).toBeCloseTo(facts.recall, 9);
  });
});

describe("rows that count more than once", () => {
  it("count as if they were there so often", () => {
    const scores = Float32Array.of(3, 2, 2, 1);
    const targets = Float32Array.of(0, 1, 0, 1);
    const doubled = rank(Float32Array.of(3, 2, 2, 2, 1), Float32Array.of(0, 1, 1, 0, 1), 1);
    expect(meanAveragePrecision(rank(scores, targets, 1), Uint32Array.of(1, 2, 1, 1))).toBe(meanAveragePrecision(doubled));
    expect(meanAveragePrecision(rank(scores, targets, 1), Uint32Array.of(0, 1, 0, 1))).toBe(1);
    expect(recallAt1({ captions: [true, false], clips: [true, true, false, false] }, Uint32Array.of(3, 1))).toBe(0.75);
    const hit = countSegments(Float32Array.of(1), Float32Array.of(1), 1, 1);
    const miss = countSegments(Float32Array.of(-1), Float32Array.of(1), 1, 1);
    expect(segmentF1([hit, miss], "micro", Uint32Array.of(2, 1))).toBe(4 / 5);
  });
});

describe("the bootstrap", () => {
  it("gives the interval of a mean", () => {
    const values = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 1 : 0));
    const { low, high } = bootstrap(values.length, (counts) => counts.reduce((sum, count, i) => sum + count * values[i]!, 0) / values.length);
    // The standard error is sqrt(0.25 * 0.75 / 400) = 0.0217.
    expect(low).toBeGreaterThan(0.25 - 3 * 0.0217);
    expect(low).toBeLessThan(0.25 - 0.0217);
    expect(high).toBeGreaterThan(0.25 + 0.0217);
    expect(high).toBeLessThan(0.25 + 3 * 0.0217);
  });

  it("is the same each time", () => {
    const score = (counts: Uint32Array): number => counts.reduce((sum, count, i) => sum + count * i, 0);
    expect(bootstrap(20, score)).toEqual(bootstrap(20, score));
  });
});
