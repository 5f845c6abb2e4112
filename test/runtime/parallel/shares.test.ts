import { describe, expect, it } from "vitest";
import { bucketsOf } from "../../../runtime/parallel/step/buckets.ts";
import { sharesOf } from "../../../runtime/parallel/step/shares.ts";

describe("sharesOf", () => {
  it.each([
    [4, [1, 1], [2, 2]],
    [8, [1, 1, 1], [3, 3, 2]],
    [8, [3, 1], [6, 2]],
    [9, [2, 1], [6, 3]],
    [4, [1000, 1, 1], [2, 1, 1]],
    [3, [1, 1, 1], [1, 1, 1]],
    [32, [91.5, 30.2, 91.5], [14, 4, 14]],
  ])("divides %i passes by the speeds %j into %j", (passes, speeds, counts) => {
    const shares = sharesOf(passes, speeds);
    expect(shares.map(({ count }) => count)).toEqual(counts);
    expect(shares.map(({ first }) => first)).toEqual(counts.map((_, rank) => counts.slice(0, rank).reduce((a, b) => a + b, 0)));
  });
});

describe("bucketsOf", () => {
  const range = (bytes: number, after: number) => ({ buffer: 0, offset: 0, bytes, after });

  it("packs ranges in their order, and closes a bucket once it is full", () => {
    const ranges = [range(256, 3), range(512, 5), range(256, 9), range(4096, 11), range(256, 20)];
    const buckets = bucketsOf(ranges, 700);
    expect(buckets.map(({ bytes, after }) => ({ bytes, after }))).toEqual([{ bytes: 768, after: 5 }, { bytes: 4352, after: 11 }, { bytes: 256, after: 20 }]);
    expect(buckets.flatMap((bucket) => bucket.ranges)).toEqual(ranges);
    expect(bucketsOf([], 700)).toEqual([]);
  });

  it("cuts a range that is longer than any exchange", () => {
    const mebi = 2 ** 20;
    const buckets = bucketsOf([range(150 * mebi, 3), range(mebi, 5)], 8 * mebi);
    expect(buckets.map(({ bytes }) => bytes / mebi)).toEqual([64, 64, 22, 1]);
    expect(buckets.map(({ ranges }) => ranges[0]!.offset / mebi)).toEqual([0, 64, 128, 0]);
    expect(buckets.map(({ after }) => after)).toEqual([3, 3, 3, 5]);
  });
});
