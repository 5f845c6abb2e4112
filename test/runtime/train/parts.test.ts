import { describe, expect, it } from "vitest";
import type { PortPlan } from "../../../runtime/plan/schema.ts";
import { audioNeed, fillInputs } from "../../../runtime/train/batches.ts";
import { Throughput } from "../../../runtime/train/throughput.ts";
import { tinyPlan } from "./tiny-plan.ts";

const port = (name: string, source?: PortPlan["source"]): PortPlan => ({ name, dtype: "f32", shape: [4, 8], buffer: 0, offset: 0, ...(source && { source }) });

describe("the inputs of a program", () => {
  const program = tinyPlan().programs["step"]!;
  const { inputs } = program;

  it("ask for audio at a rate and are filled from a batch", () => {
    expect(audioNeed(program)).toEqual({ rate: 8000, batch: 4, samples: 8, crop: "random" });
    const phases = { passes: 3, clips: 4, updateFrom: 0, gradients: [] };
    expect(audioNeed({ inputs: inputs.map((one) => ({ ...one, perClip: true })), phases })!.batch).toBe(12);
    const batch = { clip: new Float32Array(32), valid: new Int32Array(4), names: [] };
    expect(fillInputs(inputs, batch)).toEqual({ clip: batch.clip, valid: batch.valid });
    expect(audioNeed({ inputs: [] })).toBeNull();
  });

  it.each<[string, PortPlan[], string]>([
    ["without a source", [port("x")], "input 'x' comes from nowhere; audio(...) and valid() can be filled"],
    ["from something unknown", [port("x", { kind: "video", args: {} })], "input 'x' comes from 'video'; audio(...) and valid() can be filled"],
    ["from two audios", [port("x", { kind: "audio", args: { rate: 1 } }), port("y", { kind: "audio", args: { rate: 2 } })], "inputs 'x' and 'y' both ask for audio; one input can"],
    ["from audio without a rate", [port("x", { kind: "audio", args: {} })], "the audio of input 'x' has rate undefined; a rate in Hz was expected"],
  ])("%s are an error", (_, ports, message) => {
    expect(() => audioNeed({ inputs: ports })).toThrow(message);
  });
});

describe("throughput", () => {
  it("is items per second over the last marks, the first of all left out once there are others", () => {
    let now = 0;
    const throughput = new Throughput(2, () => now);
    now = 10_000;
    expect(throughput.mark(5)).toBeCloseTo(0.5);
    now = 11_000;
    expect(throughput.mark(5)).toBeCloseTo(5);
    now = 12_000;
    expect(throughput.mark(7)).toBeCloseTo(6);
  });
});
