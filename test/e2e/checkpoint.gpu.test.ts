import { afterAll, describe, expect, it } from "vitest";
import type { Session } from "../../runtime/execute/index.ts";
import { compileModel, sessionOf } from "../support/session.ts";

const text = (call: string): string => `
import { Block } from "std/layers"
import { SGD } from "std/optimizers"

model Deep {
  config batch = 8
  config depth = 4
  input x: f32[batch, 8, 8]
  net blocks = [for i in 0..depth: Block(8, 2)]

  train {
    var h = x
    for block in blocks { h = ${call} }
    minimize mean(square(h - 1.0))
  }
  optimize blocks with SGD(lr: 0.01)
}`;

const sessions: Session[] = [];
afterAll(() => sessions.forEach((session) => session.dispose()));

/** The losses of three steps, and all gradients of the last. */
async function train(call: string): Promise<{ losses: number[]; gradients: Float32Array; arena: number; flops: number }> {
  const session = await sessionOf(compileModel("deep.jm", {}, text(call)));
  sessions.push(session);
  session.run("init", { step: 0, seed: 2, read: [] });
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) {
    const x = Float32Array.from({ length: 8 * 8 * 8 }, (_, i) => Math.sin(i * (0.7 + 0.1 * step)));
    losses.push((await session.run("step", { step, seed: 2, inputs: { x } }).outputs())["loss"]![0]!);
  }
  const { buffers, stats } = session.plan;
  return { losses, gradients: new Float32Array(await session.readBuffer("gradients.blocks")), arena: buffers[0]!.bytes, flops: stats.flops };
}

describe("recomputing layers in the backward pass", () => {
  it("gives the bits of keeping them, in less memory", async () => {
    const kept = await train("block(h)");
    const asked = await train("checkpoint(block(h))");
    expect(asked.losses).toEqual(kept.losses);
    expect(asked.gradients).toEqual(kept.gradients);
    expect(asked.gradients.some((value) => value !== 0)).toBe(true);
    expect(asked.arena).toBeLessThan(0.6 * kept.arena);
    expect(asked.flops).toBeGreaterThan(1.1 * kept.flops);
  }, 180_000);

  it("is the same program where the compiler chooses it", () => {
    const asked = compileModel("deep.jm", {}, text("checkpoint(block(h))"));
    const chosen = compileModel("deep.jm", { layers: "recomputed" }, text("block(h)"));
    expect(chosen.plan.programs["step"]!.dispatches).toEqual(asked.plan.programs["step"]!.dispatches);
  });
});
