import { describe, expect, it } from "vitest";
import { compile, type CompileOptions } from "../../../compiler/compile.ts";
import { renderDiagnostic } from "../../../compiler/diagnostics/render.ts";
import { readerOf } from "../../support/models.ts";

const text = `
import { Block } from "std/layers"
import { SGD } from "std/optimizers"

model Deep {
  config batch = 12
  input x: f32[batch, 32, 16]
  net blocks = [for i in 0..3: Block(16, 2)]

  train {
    var h = x
    for block in blocks { h = block(h) }
    minimize mean(square(h - uniform([batch, 1, 1])))
  }
  optimize blocks with SGD(lr: 0.01)
}`;

const within = (options: CompileOptions) => compile("deep.jm", readerOf({ "deep.jm": text }), options);
const peak = (options: CompileOptions): number => within(options).compiled!.plan.stats.peakBytes;

describe("compiling within a budget of memory", () => {
  const whole = peak({});
  const least = peak({ microBatch: 1, layers: "recomputed" });

  it("is the plain build where that fits", () => {
    const { compiled, memory } = within({ memory: whole });
    expect(memory).toEqual({ budget: whole, clips: 12, layers: "kept", tried: [{ clips: 12, layers: "kept", peak: whole }] });
    expect(compiled!.files).toEqual(within({}).compiled!.files);
  });

  it("chooses, and stays within", () => {
    for (const share of [0.5, 0]) {
      const budget = Math.round(least + share * (whole - least));
      const { compiled, memory } = within({ memory: budget });
      expect(compiled!.plan.stats.peakBytes).toBeLessThanOrEqual(budget);
      expect(12 % memory!.clips).toBe(0);
      expect(compiled!.plan.programs["step"]!.phases).toMatchObject({ clips: memory!.clips, passes: 12 / memory!.clips });
      expect(peak({ microBatch: memory!.clips, layers: memory!.layers })).toBe(compiled!.plan.stats.peakBytes);
    }
  });

  it("keeps to what the options fix", () => {
    const { memory } = within({ memory: whole, microBatch: 6, layers: "recomputed" });
    expect(memory!.tried).toEqual([{ clips: 6, layers: "recomputed", peak: peak({ microBatch: 6, layers: "recomputed" }) }]);
  });

  it("says the smallest budget that would do, and that one does", () => {
    const { diagnostics, compiled } = within({ memory: 1000 });
    expect(compiled).toBeUndefined();
    const message = renderDiagnostic(diagnostics[0]!);
    const smallest = `${Math.ceil(least / 2 ** 10)}KiB`;
    expect(message).toContain(`error[JM0604]: \`Deep\` cannot be trained in 1000: it needs ${smallest} at least`);
    expect(message).toContain(`help: \`--memory ${smallest}\` is enough, with passes over 1 clip and layers recomputed`);
    expect(within({ memory: least }).memory).toMatchObject({ clips: 1, layers: "recomputed" });
  });
});
