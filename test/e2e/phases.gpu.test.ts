import { afterAll, describe, expect, it } from "vitest";
import type { Session } from "../../runtime/execute/index.ts";
import type { GradientRange } from "../../runtime/plan/index.ts";
import { sessionOf } from "../support/session.ts";
import { compileSmall, smallBatch } from "./small.ts";

const compiled = compileSmall();
const { dispatches, phases } = compiled.plan.programs["step"]!;
const { updateFrom, gradients } = phases!;
const sessions: Session[] = [];
afterAll(() => sessions.forEach((session) => session.dispose()));

async function open(): Promise<Session> {
  const session = await sessionOf(compiled);
  sessions.push(session);
  session.run("init", { step: 0, seed: 3, read: [] });
  return session;
}

const bytesOf = async (session: Session, range: GradientRange) =>
  new Float32Array((await session.readBuffer(session.plan.buffers[range.buffer]!.name)).slice(range.offset, range.offset + range.bytes));

describe("the phases of a step", () => {
  it("give all gradients, each once, before the updates", () => {
    const { buffers } = compiled.plan;
    for (const [number, { kind, bytes }] of buffers.entries()) {
      const ranges = gradients.filter((range) => range.buffer === number).sort((a, b) => a.offset - b.offset);
      if (kind !== "gradients") expect(ranges).toEqual([]);
      else expect(ranges.reduce((end, range) => (expect(range.offset).toBe(end), end + range.bytes), 0)).toBe(bytes);
    }
    expect(updateFrom).toBeLessThan(dispatches.length);
    // The backward pass hands out gradients as it goes, not all at its end.
    expect(new Set(gradients.map((range) => range.after)).size).toBeGreaterThan(2);
  });

  it("run one after the other leave the bits of one run", async () => {
    const [whole, parts] = [await open(), await open()];
    for (let step = 0; step < 3; step++) {
      const key = { step, seed: 3 };
      const { loss } = await whole.run("step", { ...key, inputs: smallBatch(step) }).outputs();
      const middle = gradients[1]!.after + 1;
      parts.run("step", { ...key, inputs: smallBatch(step), read: [], part: { from: 0, to: middle } });
      const computed = parts.run("step", { ...key, part: { from: middle, to: updateFrom } });
      parts.run("step", { ...key, read: [], part: { from: updateFrom, to: dispatches.length } });
      expect((await computed.outputs())["loss"]).toEqual(loss);
    }
    expect(await parts.readTensors()).toEqual(await whole.readTensors());
  });

  it("leave a range of gradients alone once it is final", async () => {
    const session = await open();
    let from = 0;
    const seen: Float32Array[] = [];
    for (const range of gradients) {
      session.run("step", { step: 0, seed: 3, inputs: smallBatch(0), read: [], part: { from, to: range.after + 1 } });
      from = range.after + 1;
      seen.push(await bytesOf(session, range));
    }
    session.run("step", { step: 0, seed: 3, read: [], part: { from, to: dispatches.length } });
    for (const [i, range] of gradients.entries()) expect(await bytesOf(session, range)).toEqual(seen[i]);
    expect(seen.every((values) => values.some((value) => value !== 0))).toBe(true);
  });
});
