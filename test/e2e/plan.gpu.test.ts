import { rmSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import type { HostArray, Session } from "../../runtime/execute/index.ts";
import { Model, type ModelTypes } from "../../runtime/model/model.ts";
import { compileModel, sessionOf } from "../support/session.ts";
import { compileSmall, SAMPLES, scratch, smallBatch, writeBuild } from "./small.ts";

const sessions: Session[] = [];
afterAll(() => sessions.forEach((session) => session.dispose()));

async function open(...options: Parameters<typeof compileSmall>): Promise<Session> {
  const session = await sessionOf(compileSmall(...options));
  sessions.push(session);
  session.run("init", { step: 0, seed: 9, read: [] });
  return session;
}

async function train(session: Session, steps: number): Promise<{ losses: number[]; sizes: number[] }> {
  const losses: number[] = [];
  const sizes: number[] = [];
  for (let step = 0; step < steps; step++) {
    const run = session.run("step", { step, seed: 9, inputs: smallBatch(step) });
    losses.push((await run.outputs())["loss"]![0]!);
    sizes.push(run.sizes["M"]!);
  }
  return { losses, sizes };
}

const worst = (a: Float32Array, b: Float32Array): number => {
  expect(a.length).toBe(b.length);
  const scale = Math.max(...a.map(Math.abs), 1e-12);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!) / scale));
};

describe("the plan", () => {
  it("of Audio-JEPA, tiny, states within 5 % what is allocated", async () => {
    const { plan, ...compiled } = compileModel("models/audio-jepa.jm", { preset: "tiny" });
    const session = await sessionOf({ plan, ...compiled });
    sessions.push(session);
    const found = session.allocatedBytes / plan.stats.peakBytes;
    expect(found).toBeGreaterThanOrEqual(1);
    expect(found).toBeLessThan(1.05);
  });

  it("allocates nothing large while it runs: parameters and readback come to less than 64 KiB", async () => {
    const session = await open();
    await train(session, 3);
    await session.run("embed", { step: 3, seed: 9, sizes: { N: 4 }, inputs: smallBatch(0) }).outputs();
    expect(session.allocatedBytes - session.plan.stats.peakBytes).toBeLessThan(64 << 10);
  });

  it("fused and unfused gives one loss curve and one set of weights", async () => {
    const fused = await open();
    const unfused = await open({ fusion: "none" });
    expect(unfused.plan.programs["step"]!.dispatches.length).toBeGreaterThan(1.5 * fused.plan.programs["step"]!.dispatches.length);
    const one = await train(fused, 5);
    const other = await train(unfused, 5);
    expect(other.sizes).toEqual(one.sizes);
    other.losses.forEach((loss, step) => expect(Math.abs(loss / one.losses[step]! - 1), `step ${step}`).toBeLessThan(1e-5));
    for (const { name } of fused.plan.tensors.filter((tensor) => tensor.role !== "state")) {
      expect(worst(await fused.readTensor(name), await unfused.readTensor(name)), name).toBeLessThan(1e-4);
    }
    expect(new Set(one.losses).size).toBe(5);
  });

  it("draws runtime sizes within the bounds of the config, both included", async () => {
    const session = await open({ set: { fewest: "1", most: "7" } });
    expect(session.plan.sizes.find((size) => size.name === "M")).toMatchObject({ min: 1, max: 7 });
    const drawn = Array.from({ length: 200 }, (_, step) => session.describeRun("step", { step, seed: 9 }).sizes["M"]!);
    expect(new Set(drawn)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]));
    const { losses, sizes } = await train(session, 12);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(sizes).toEqual(drawn.slice(0, 12));
  });
});

describe("a model opened by a program", () => {
  it("takes sizes from its inputs, trains step by step, and moves its weights", async () => {
    const folder = scratch();
    const model = await Model.open<ModelTypes>(writeBuild(folder, compileSmall()), { seed: 9 });
    const { clip, valid } = smallBatch(2) as { clip: Float32Array; valid: Int32Array };
    const two = await model.call("embed", { clip: clip.slice(0, 2 * SAMPLES), valid: valid.slice(0, 2) });
    expect(two.shape).toEqual([2, 8, 16]);
    expect(await model.train(smallBatch(0))).toEqual({ loss: expect.any(Number) as number, target_std: expect.any(Number) as number });
    expect(model.step).toBe(1);
    const after = await model.call("embed", { clip: clip.slice(0, 2 * SAMPLES), valid: valid.slice(0, 2) });
    expect(after.data).not.toEqual(two.data);
    await expect(model.call("embed", { clip, valid: valid.slice(0, 2) })).rejects.toMatchObject({ code: "JR303" });
    model.close();
    rmSync(folder, { recursive: true });
  });
});

describe("an exported function", () => {
  it("gives fewer clips the rows of a larger batch", async () => {
    const session = await open();
    const embed = async (rows: number, inputs: Record<string, HostArray>) => {
      const run = session.run("embed", { step: 0, seed: 9, sizes: { N: rows }, inputs });
      const { result } = await run.outputs();
      expect(run.shapes["result"]).toEqual([rows, 8, 16]);
      return result as Float32Array;
    };
    const { clip, valid } = smallBatch(2) as { clip: Float32Array; valid: Int32Array };
    const all = await embed(4, { clip, valid });
    for (const [from, rows] of [[0, 1], [1, 3], [2, 2]] as const) {
      const some = await embed(rows, { clip: clip.slice(from * SAMPLES, (from + rows) * SAMPLES), valid: valid.slice(from, from + rows) });
      expect(some).toEqual(all.slice(from * 128, (from + rows) * 128));
    }
    expect(all.slice(0, 128)).not.toEqual(all.slice(128, 256));
    await expect(embed(5, smallBatch(0, 5))).rejects.toMatchObject({ code: "JR302" });
  });
});
