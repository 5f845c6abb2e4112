import { describe, expect, it } from "vitest";
import type { DispatchTime } from "../../../runtime/execute/index.ts";
import { kernelTimes, medianTimes, perSecond } from "../../../runtime/profile/kernel-times.ts";
import { syntheticInputs } from "../../../runtime/profile/synthetic-inputs.ts";

const dispatch = (kernel: string, source: string | undefined, microseconds: number, flops?: number, bytes?: number): DispatchTime =>
  ({ kernel, source, workgroups: [1, 1, 1], microseconds, flops, bytes, shape: undefined });

describe("kernelTimes", () => {
  it("sums dispatches of one kernel and line, dearest first", () => {
    const rows = kernelTimes([dispatch("map", "a.jm:1", 100, 10, 40), dispatch("product", "a.jm:2", 500, 1000, 60), dispatch("map", "a.jm:1", 300, 20, 40), dispatch("map", "a.jm:9", 100)]);
    expect(rows).toEqual([
      { kernel: "product", source: "a.jm:2", dispatches: 1, milliseconds: 0.5, share: 0.5, flops: 1000, bytes: 60 },
      { kernel: "map", source: "a.jm:1", dispatches: 2, milliseconds: 0.4, share: 0.4, flops: 30, bytes: 80 },
      { kernel: "map", source: "a.jm:9", dispatches: 1, milliseconds: 0.1, share: 0.1, flops: 0, bytes: 0 },
    ]);
  });

  it("divides by nothing where no time passed", () => {
    expect(kernelTimes([dispatch("map", undefined, 0, 5, 5)])).toMatchObject([{ share: 0, milliseconds: 0 }]);
    expect(perSecond(5, 0)).toBeUndefined();
    expect(perSecond(0, 5)).toBeUndefined();
    expect(perSecond(3e9, 2)).toBe(1500);
  });

  it("takes the middle of each dispatch over the runs", () => {
    const runs = [[30, 1], [10, 2], [20, 9]].map(([a, b]) => [dispatch("a", undefined, a!), dispatch("b", undefined, b!)]);
    expect(medianTimes(runs).map(({ microseconds }) => microseconds)).toEqual([20, 2]);
    expect(medianTimes([])).toEqual([]);
  });
});

describe("syntheticInputs", () => {
  it("fills clips with noise, their lengths with whole clips, and indices with the first", () => {
    const port = (name: string, dtype: "f32" | "i32", kind?: string) => ({ name, dtype, shape: [], buffer: 0, offset: 0, ...(kind === undefined ? {} : { source: { kind, args: {} } }) });
    const inputs = syntheticInputs([port("clip", "f32", "audio"), port("valid", "i32", "valid"), port("order", "i32")], { clip: [3, 50], valid: [3], order: [2, 2] });
    expect(inputs).toMatchObject({ valid: Int32Array.of(50, 50, 50), order: new Int32Array(4) });
    const clip = inputs["clip"]!;
    expect(clip).toHaveLength(150);
    expect(Math.max(...clip)).toBeLessThanOrEqual(1);
    expect(Math.min(...clip)).toBeLessThan(-0.5);
  });
});
