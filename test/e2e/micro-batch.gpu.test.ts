import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CheckpointStore } from "../../runtime/checkpoint/store.ts";
import { writeSyntheticClips } from "../../runtime/data/index.ts";
import type { Session } from "../../runtime/execute/index.ts";
import { readMetrics } from "../../runtime/train/metrics-file.ts";
import { train } from "../../runtime/train/train.ts";
import { compileModel, sessionOf } from "../support/session.ts";
import { compileSmall, scratch, smallBatch, writeBuild } from "./small.ts";

const STEPS = 30;
const sessions: Session[] = [];
afterAll(() => sessions.forEach((session) => session.dispose()));

async function open(microBatch?: number): Promise<Session> {
  const session = await sessionOf(compileSmall({ set: { steps: `${STEPS}` }, ...(microBatch === undefined ? {} : { microBatch }) }));
  sessions.push(session);
  session.run("init", { step: 0, seed: 4, read: [] });
  return session;
}

async function curve(session: Session): Promise<{ losses: number[]; spreads: number[]; sizes: number[] }> {
  const all = { losses: [] as number[], spreads: [] as number[], sizes: [] as number[] };
  for (let step = 0; step < STEPS; step++) {
    const run = session.run("step", { step, seed: 4, inputs: smallBatch(step) });
    const outputs = await run.outputs();
    all.losses.push(outputs["loss"]![0]!);
    all.spreads.push(outputs["target_std"]![0]!);
    all.sizes.push(run.sizes["M"]!);
  }
  return all;
}

const apart = (a: number, b: number): number => Math.abs(a / b - 1);

describe("a batch in passes", () => {
  it("has the loss curve of the whole batch, the same sizes and masks", async () => {
    const whole = await curve(await open());
    for (const microBatch of [2, 1]) {
      const session = await open(microBatch);
      expect(session.plan.config["batch"]).toBe(4);
      expect(session.plan.programs["step"]!.phases).toMatchObject({ passes: 4 / microBatch, clips: microBatch });
      // Gradients are added up net by net, as the backward pass comes to them.
      expect(new Set(session.plan.programs["step"]!.phases!.gradients.map((range) => range.after)).size).toBeGreaterThan(1);
      const passes = await curve(session);
      expect(passes.sizes).toEqual(whole.sizes);
      passes.losses.forEach((loss, step) => expect(apart(loss, whole.losses[step]!), `step ${step}`).toBeLessThan(2e-5));
      // A statistic of the batch is another one: the mean of those of the passes.
      expect(apart(passes.spreads[0]!, whole.spreads[0]!)).toBeGreaterThan(1e-3);
    }
  });

  it("takes inputs as the whole batch has them, and refuses others", async () => {
    const session = await open(2);
    expect(session.describeRun("step", { step: 0, seed: 4 }).inputs).toEqual({ clip: [4, 2048], valid: [4] });
    expect(() => session.run("step", { step: 0, seed: 4, inputs: smallBatch(0, 2) })).toThrow("expected a Int32Array of [4], 4 values, found 2");
  });

  it("resumes with the bits of a run that never stopped", async () => {
    const folder = scratch();
    const at = (name: string): string => join(folder, name);
    await writeSyntheticClips(at("clips"), { count: 8, classes: 2, seconds: 0.3, rate: 8000, seed: 1 });
    writeBuild(at("build"), compileSmall({ microBatch: 2 }));
    const run = (out: string, steps: number, resume = false) => train({ buildDir: at("build"), data: at("clips"), out: at(out), steps, resume, seed: 5, logEvery: 1 });
    await run("two", 3);
    await run("two", 6, true);
    await run("one", 6);
    const metrics = async (out: string) => (await readMetrics(join(at(out), "metrics.jsonl"))).map(({ step, loss, target_std }) => ({ step, loss, target_std }));
    expect(await metrics("two")).toEqual(await metrics("one"));
    const latest = await Promise.all(["two", "one"].map(async (out) => readFile((await new CheckpointStore(at(out)).latest())!)));
    expect(latest[0]!.equals(latest[1]!)).toBe(true);
    await rm(folder, { recursive: true });
  });

  it("draws for each clip what it has in the whole batch, given how many stand before", async () => {
    const model = `model Draws {
      config batch = 6
      input x: f32[batch]
      net w = Weight()
      let noise = uniform([batch, 5])
      train { minimize mean(x * sum(noise, axis: 1)) + 0.0 * w()   report shared = mean(uniform([5])) }
      optimize w with Sgd(lr: 0.1)
    }
    module Weight() { param weight: f32[] = 1.0   fn () -> f32[] = weight }
    optimizer Sgd(lr: real) { update w by g { w = w - lr * g } }`;
    const whole = await sessionOf(compileModel("draws.jm", {}, model));
    const parts = await sessionOf(compileModel("draws.jm", { microBatch: 2 }, model));
    sessions.push(whole, parts);
    const key = { step: 7, seed: 1 };
    const updateFrom = parts.plan.programs["step"]!.phases!.updateFrom;
    for (const firstClip of [0, 2, 4]) {
      // One pair of clips counts: what its pass says is a third of what the whole batch says.
      const x = Float32Array.from({ length: 6 }, (_, i) => (i === firstClip ? 6 : i === firstClip + 1 ? 60 : 0));
      const one = await whole.run("step", { ...key, inputs: { x } }).outputs();
      const pass = parts.run("step", { ...key, firstClip, inputs: { x: x.subarray(firstClip, firstClip + 2) }, part: { from: 0, to: updateFrom } });
      const other = await pass.outputs();
      expect(apart(other["loss"]![0]! / 3, one["loss"]![0]!)).toBeLessThan(1e-6);
      expect(other["shared"]).toEqual(one["shared"]);
    }
  });
});
