import { afterAll, beforeEach, afterEach, describe, expect, it } from "vitest";
import { UserError } from "../../../runtime/errors.ts";
import { Session } from "../../../runtime/execute/index.ts";
import { openGpu } from "../../../runtime/gpu/index.ts";
import type { Plan } from "../../../runtime/plan/index.ts";
import { planInMemory } from "../../../runtime/plan/read.ts";
import { SMALL_TABLE, SMALL_WGSL, smallConstants, smallPlan } from "../plan/small-plan.ts";

const gpu = await openGpu();
afterAll(() => gpu.destroy());

const load = (plan: Plan = smallPlan()) => planInMemory(plan, SMALL_WGSL, smallConstants());
const ramp = (count: number) => Float32Array.from({ length: count }, (_, i) => i + 1);

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error.code;
    throw error;
  }
  return "no error";
}

let session: Session;
beforeEach(async () => { session = await Session.open(load(), gpu); });
afterEach(() => session.dispose());

/** What `steps` runs of `step` should leave, in f64. */
function expected(steps: number): { weights: number[]; totals: number[] } {
  const weights = Array<number>(8).fill(0);
  const totals: number[] = [];
  for (let step = 0; step < steps; step++) {
    const n = 1 + (step % 8);
    for (let i = 0; i < n; i++) weights[i]! += (i + 1) / (1 + step);
    totals.push(weights.reduce((sum, w, i) => sum + w * SMALL_TABLE[i]!, 0));
  }
  return { weights, totals };
}

describe("running a program", () => {
  it("replays steps whose sizes and schedules change, many in flight", async () => {
    const steps = 20;
    const handles = [];
    for (let step = 0; step < steps; step++) {
      await session.room();
      handles.push(session.run("step", { step, seed: 7, inputs: { x: ramp(1 + (step % 8)) } }));
    }
    const want = expected(steps);
    for (const [step, handle] of handles.entries()) {
      const { total, count, used } = await handle.outputs();
      expect(total![0]).toBeCloseTo(want.totals[step]!, 3);
      expect(count).toEqual(Int32Array.of(step + 1));
      expect(used).toEqual(ramp(1 + (step % 8)));
      expect(handle.sizes).toEqual({ n: 1 + (step % 8) });
      expect(handle.shapes).toEqual({ total: [], count: [1], used: [1 + (step % 8)] });
    }
    const weights = await session.readTensor("net.w");
    want.weights.forEach((w, i) => expect(weights[i]).toBeCloseTo(w, 4));
  });

  it("uses the sizes the caller gives instead of drawing", async () => {
    const run = session.run("step", { step: 0, seed: 0, sizes: { n: 3 }, inputs: { x: ramp(3) } });
    expect((await run.outputs())["total"]).toEqual(Float32Array.of(1 + 4 + 9));
    expect(session.describeRun("step", { step: 4, seed: 0 })).toEqual({ sizes: { n: 5 }, inputs: { x: [5] } });
  });

  it("reads only what is asked for, and can be waited for with nothing to read", async () => {
    const inputs = { x: ramp(1) };
    expect(Object.keys(await session.run("step", { step: 0, seed: 0, inputs, read: ["count"] }).outputs())).toEqual(["count"]);
    expect(await session.run("step", { step: 0, seed: 0, inputs, read: [] }).outputs()).toEqual({});
  });

  it("skips a dispatch of no workgroups", async () => {
    const run = (m: number) => session.run("average", { step: 0, seed: 0, sizes: { m }, inputs: { x: ramp(8) } });
    run(0);
    expect(await session.readTensor("net.w.average")).toEqual(new Float32Array(8));
    run(8);
    expect(await session.readTensor("net.w.average")).toEqual(ramp(8).map((x) => 2 * x));
  });

  it("makes one pipeline for all kernels of one text", () => {
    session.prepare("step");
    expect(session.pipelineCount).toBe(2);
    session.prepare("average");
    expect(session.pipelineCount).toBe(2);
  });

  it.runIf(gpu.has("timestamp-query"))("tells what each dispatch took, and does the same work", async () => {
    const times = await session.profile("step", { step: 2, seed: 0, inputs: { x: ramp(3) } });
    expect(times.map(({ kernel, source, workgroups }) => ({ kernel, source, workgroups }))).toEqual([
      { kernel: "accumulate", source: "small.jm:3", workgroups: [1, 1, 1] },
      { kernel: "total", source: undefined, workgroups: [1, 1, 1] },
    ]);
    for (const { microseconds } of times) expect(microseconds).toBeGreaterThanOrEqual(0);
    const third = Math.fround(1 / 3);
    const weights = await session.readTensor("net.w");
    [third, 2 * third, 1, 0].forEach((w, i) => expect(weights[i]).toBeCloseTo(w, 6));
  });

  it("keeps staging bounded over many steps", async () => {
    const inputs = { x: ramp(1) };
    const steps = async (count: number) => {
      for (let i = 0; i < count; i++) {
        await session.room();
        session.run("step", { step: 0, seed: 0, inputs });
      }
      return session.allocatedBytes;
    };
    const early = await steps(5);
    expect(await steps(50)).toBe(early);
  });
});

describe("tensors and buffers", () => {
  it("starts from zeros, takes values and gives them back", async () => {
    expect(await session.readTensor("net.w")).toEqual(new Float32Array(8));
    session.writeTensor("net.w", ramp(8));
    session.writeTensor("net.w.average", ramp(8).map((x) => -x));
    const all = await session.readTensors();
    expect([...all.keys()]).toEqual(["net.w", "net.w.average"]);
    expect(all.get("net.w")).toEqual(ramp(8));
    expect(all.get("net.w.average")).toEqual(ramp(8).map((x) => -x));
    const whole = new Float32Array(await session.readBuffer("weights"));
    expect(whole.length).toBe(128);
    expect(whole.slice(0, 8)).toEqual(ramp(8));
    session.zero("weights");
    expect(await session.readTensor("net.w")).toEqual(new Float32Array(8));
  });

  it("moves tensors larger than one transfer", async () => {
    const plan = smallPlan();
    const length = 20 * 2 ** 20;
    const large = { ...plan, buffers: [...plan.buffers, { name: "large", bytes: 4 * length, kind: "state" as const }],
      tensors: [...plan.tensors, { name: "large", shape: [length], buffer: 3, offset: 0, role: "state" as const, net: "net" }] };
    const other = await Session.open(load(large), gpu);
    const values = Float32Array.from({ length }, (_, i) => i % 8191);
    other.writeTensor("large", values);
    other.writeTensor("net.w", ramp(8));
    const read = await other.readTensors(["net.w", "large", "net.w.average"]);
    expect(Buffer.from(read.get("large")!.buffer).equals(Buffer.from(values.buffer))).toBe(true);
    expect(read.get("net.w")).toEqual(ramp(8));
    expect(read.get("net.w.average")).toEqual(new Float32Array(8));
    other.dispose();
  });

  it("counts what it holds on the device", () => {
    expect(session.allocatedBytes).toBe(512 + 1024 + 256);
  });

  it("refuses a run while tensors are read", async () => {
    const read = session.readTensors();
    expect(() => session.run("step", { step: 0, seed: 0, inputs: { x: ramp(1) } })).toThrow("await the read first");
    await read;
  });
});

describe("bad requests", () => {
  const inputs = { x: ramp(1) };
  const ask = { step: 0, seed: 0, inputs };
  it.each<[string, string, () => unknown]>([
    ["an unknown program", "JR301", () => session.run("stop", ask)],
    ["a program called like a method of objects", "JR301", () => session.run("toString", ask)],
    ["an unknown size", "JR302", () => session.run("step", { ...ask, sizes: { q: 1 } })],
    ["a size out of bounds", "JR302", () => session.run("step", { ...ask, sizes: { n: 9 } })],
    ["a size that is no whole number", "JR302", () => session.run("step", { ...ask, sizes: { n: 1.5 } })],
    ["a missing size", "JR302", () => session.run("average", { step: 0, seed: 0, inputs: { x: ramp(8) } })],
    ["a negative step", "JR302", () => session.run("step", { ...ask, step: -1 })],
    ["a seed that is no number", "JR302", () => session.run("step", { ...ask, seed: NaN })],
    ["a missing input", "JR303", () => session.run("step", { step: 0, seed: 0 })],
    ["an unknown input", "JR303", () => session.run("step", { ...ask, inputs: { ...inputs, y: ramp(1) } })],
    ["an input of the wrong type", "JR303", () => session.run("step", { ...ask, inputs: { x: new Int32Array(1) } })],
    ["an input of the wrong length", "JR303", () => session.run("step", { ...ask, inputs: { x: ramp(2) } })],
    ["an unknown output", "JR304", () => session.run("step", { ...ask, read: ["nothing"] })],
    ["a tensor of the wrong length", "JR305", () => session.writeTensor("net.w", ramp(7))],
    ["an unknown buffer", "JR304", () => session.zero("heap")],
  ])("names %s", (_, code, action) => expect(codeOf(action)).toBe(code));

  it("says what an input should have been", () => {
    expect(() => session.run("step", { ...ask, inputs: { x: ramp(2) } })).toThrow("input 'x': expected a Float32Array of [1], 1 values, found 2");
  });

  it("names an unknown tensor", async () => {
    await expect(session.readTensor("net.v")).rejects.toMatchObject({ code: "JR304" });
  });

  it("stops a parameter its type cannot hold", async () => {
    const plan = smallPlan();
    const step = { ...plan.programs["step"]!, params: [[{ type: "u32" as const, value: { call: "div" as const, args: [{ size: "n" }, 2] } }]] };
    const other = await Session.open(load({ ...plan, programs: { step } }), gpu);
    expect(() => other.run("step", ask)).toThrow("programs.step.params[0][0]: a parameter of type u32 cannot hold 0.5");
    other.dispose();
  });
});

describe("a device that does not suffice", () => {
  it("is refused with the limits that are short", async () => {
    const plan = smallPlan();
    const huge = load({ ...plan, target: { ...plan.target, maxComputeInvocationsPerWorkgroup: 2 ** 20 } });
    await expect(Session.open(huge, gpu)).rejects.toMatchObject({ code: "JR106", message: expect.stringContaining("maxComputeInvocationsPerWorkgroup: needs 1048576, has") as string });
  });

  it("that refuses a kernel names it, with its source line", async () => {
    const broken = planInMemory(smallPlan(), { ...SMALL_WGSL, "accumulate.wgsl": "fn main() {" }, smallConstants());
    const other = await Session.open(broken, gpu);
    const run = other.run("step", { step: 0, seed: 0, inputs: { x: ramp(1) } });
    await expect(run.outputs()).rejects.toMatchObject({ code: "JR105", message: expect.stringContaining("accumulate (small.jm:3)") as string });
    other.dispose();
  });

  it("that is lost fails pending and later runs with a clear error", async () => {
    const doomed = await openGpu();
    const other = await Session.open(load(), doomed);
    const pending = other.run("step", { step: 0, seed: 0, inputs: { x: ramp(1) } });
    doomed.destroy();
    await expect(pending.outputs()).rejects.toMatchObject({ code: "JR104" });
    expect(codeOf(() => other.run("step", { step: 1, seed: 0, inputs: { x: ramp(2) } }))).toBe("JR104");
    await expect(Session.open(load(), doomed)).rejects.toMatchObject({ code: "JR104" });
  });
});
