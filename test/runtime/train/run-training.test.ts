import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCheckpointInfo } from "../../../runtime/checkpoint/checkpoint.ts";
import { UserError } from "../../../runtime/errors.ts";
import type { Plan } from "../../../runtime/plan/schema.ts";
import { mix32 } from "../../../runtime/plan/random.ts";
import { readMetrics } from "../../../runtime/train/metrics-file.ts";
import { runTraining, type RunParts, type RunSettings } from "../../../runtime/train/run-training.ts";
import type { TrainRow } from "../../../runtime/train/row.ts";
import { FakeSession } from "./fake-session.ts";
import { tinyPlan } from "./tiny-plan.ts";

let out: string;
beforeEach(() => (out = join(mkdtempSync(join(tmpdir(), "run-")), "first")));
afterEach(() => rmSync(join(out, ".."), { recursive: true }));

const names = (step: number): string[] => [0, 1, 2, 3].map((i) => `clip${4 * step + i}.wav`);

function parts(session: FakeSession, change: Partial<RunParts> = {}): RunParts {
  const plan: Plan = tinyPlan();
  return {
    plan, session, adapter: "fake", versions: { node: "v0" },
    data: {
      path: "clips", batch: 4, identity: { clips: 12, digest: "abc" },
      batches: (seed) => ({
        batch: async (step) => ({ clip: Float32Array.from({ length: 32 }, (_, i) => mix32(seed + 32 * step + i) / 2 ** 32), valid: new Int32Array(4).fill(8), names: names(step) }),
      }),
    },
    ...change,
  };
}

async function run(session: FakeSession, settings: Partial<RunSettings> = {}, change: Partial<RunParts> = {}) {
  return runTraining(parts(session, change), { out, logEvery: 3, checkpointEvery: 4, ...settings });
}
const fresh = (): FakeSession => new FakeSession(tinyPlan());

async function failure(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(() => null, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

/** The lines without what depends on the clock. */
const lines = async (folder = out) => (await readMetrics(join(folder, "metrics.jsonl"))).map(({ clips_per_s, time, ...line }) => {
  expect(clips_per_s).toBeGreaterThan(0);
  expect(Date.parse(String(time))).not.toBeNaN();
  return line;
});

const checkpoints = (): string[] => readdirSync(join(out, "checkpoints")).sort();

describe("a run", () => {
  it("trains all steps, logs some, and keeps the last three checkpoints", async () => {
    const session = fresh();
    const rows: TrainRow[] = [];
    const result = await run(session, { observer: { row: (row) => rows.push(row) } });
    expect(result).toMatchObject({ step: 20, steps: 20, stopped: false, checkpoint: join(out, "checkpoints", "step-000020.safetensors") });
    expect(session.steps).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(rows.map((row) => row.step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(rows[4]).toMatchObject({ displays: { lr: 1 / 4 }, sizes: { M: rows[4]!.reports["target_std"] } });
    expect((await lines()).map((line) => line.step)).toEqual([1, 3, 6, 9, 12, 15, 18, 20]);
    expect((await lines())[1]).toEqual({ step: 3, loss: rows[2]!.loss, target_std: rows[2]!.reports["target_std"], lr: 0.5, M: rows[2]!.sizes["M"] });
    expect(checkpoints()).toEqual(["latest", "step-000012.safetensors", "step-000016.safetensors", "step-000020.safetensors"]);
  });

  it("keeps the device busy: a loss is read while later steps are under way", async () => {
    const session = fresh();
    await run(session, { checkpointEvery: 100 });
    expect(session.mostPending).toBe(3);
    expect(session.pending).toBe(0);
  });

  it("starts from another run's weights, at step 0 and with fresh optimizer state", async () => {
    const first = fresh();
    await run(first, { steps: 5 });
    const second = fresh();
    let held: Map<string, Float32Array> | null = null;
    await run(second, { out: join(out, "..", "second"), from: out, seed: 9, steps: 3, observer: { started: () => void (held = structuredClone(second.tensors)) } });
    const start = fresh();
    start.run("init", { step: 0, seed: 9 });
    for (const { name, role } of tinyPlan().tensors) expect(held!.get(name), name).toEqual((role === "state" ? start : first).tensors.get(name));
    expect(second.steps).toEqual([0, 1, 2]);
  });

  it("records what it was made of, and each resume", async () => {
    await run(fresh(), { steps: 6, seed: 5 });
    await run(fresh(), { steps: 8, resume: true });
    const record = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as unknown;
    expect(record).toMatchObject({
      model: "Tiny", seed: 5, steps: 8, fingerprint: "f00d", config: { batch: 4 }, data: { path: "clips", clips: 12 },
      sessions: [{ fromStep: 0, adapter: "fake", versions: { node: "v0" } }, { fromStep: 6 }],
    });
  });
});

describe("a resumed run", () => {
  it("gives the bits of one that never stopped", async () => {
    const straight = fresh();
    await run(straight, { seed: 7 });
    const wanted = await lines();

    out = join(out, "..", "second");
    const controller = new AbortController();
    const first = await run(fresh(), { seed: 7, signal: controller.signal, observer: { row: ({ step }) => void (step === 7 && controller.abort()) } });
    expect(first).toMatchObject({ stopped: true, checkpoint: join(out, "checkpoints", `step-${String(first.step).padStart(6, "0")}.safetensors`) });
    expect(first.step).toBeGreaterThanOrEqual(7);
    expect(first.step).toBeLessThan(12);
    const second = fresh();
    await run(second, { resume: true });
    expect(second.tensors).toEqual(straight.tensors);
    expect(await lines()).toEqual(wanted);
  });

  it("after a crash goes back to the checkpoint and writes no line twice", async () => {
    await run(fresh(), { seed: 7 });
    const wanted = await lines();

    out = join(out, "..", "second");
    const crashing = fresh();
    crashing.outputsOf = (step, loss) => (step === 10 ? Promise.reject(new Error("killed")) : loss);
    await expect(run(crashing, { seed: 7 })).rejects.toThrow("killed");
    expect((await lines()).at(-1)!.step).toBe(9);
    appendFileSync(join(out, "metrics.jsonl"), '{"step":10,"lo');
    const notes: string[] = [];
    const resumed = fresh();
    await run(resumed, { resume: true, observer: { note: (text) => notes.push(text) } });
    expect(resumed.steps[0]).toBe(8);
    expect(await lines()).toEqual(wanted);
    expect(notes).toEqual([]);
  });

  it("starts at the beginning where the run stopped before its first checkpoint", async () => {
    const crashing = fresh();
    crashing.outputsOf = () => Promise.reject(new Error("killed"));
    await expect(run(crashing)).rejects.toThrow("killed");
    expect(await run(fresh(), { resume: true })).toMatchObject({ step: 20 });
  });

  it("that is done says so and changes nothing", async () => {
    await run(fresh());
    const notes: string[] = [];
    const session = fresh();
    expect(await run(session, { resume: true, observer: { note: (text) => notes.push(text) } })).toMatchObject({ step: 20, stopped: false });
    expect(session.steps).toEqual([]);
    expect(notes).toEqual([`the run in '${out}' has done its 20 steps; train on with --steps 40`]);
  });

  it("says when data or config changed", async () => {
    await run(fresh(), { steps: 4 });
    const notes: string[] = [];
    const plan = tinyPlan({ config: { steps: 20, batch: 4, rate: 8000, peak: 0.1 } });
    const data = { ...parts(fresh()).data!, identity: { clips: 11, digest: "abd" } };
    await run(fresh(), { resume: true, observer: { note: (text) => notes.push(text) } }, { plan, data });
    expect(notes).toEqual([
      "the model was built anew with peak=0.1; the run began with peak=absent",
      "the data changed (12 clips before, 11 clips now): the run continues, but not as if it had never stopped",
    ]);
  });
});

describe("a run that cannot go on", () => {
  it("stops at a loss that is not finite, and keeps the last good checkpoint", async () => {
    const session = fresh();
    session.outputsOf = (step, loss) => (step === 10 ? NaN : loss);
    const error = await failure(run(session));
    expect(error.code).toBe("JR523");
    expect(error.message).toBe(`the loss is NaN at step 11, with the clips ${names(10).join(", ")}\n  the last good checkpoint is ${join(out, "checkpoints", "step-000008.safetensors")}`);
    expect((await readCheckpointInfo(join(out, "checkpoints", "step-000008.safetensors"))).step).toBe(8);
    expect(checkpoints()).toEqual(["latest", "step-000004.safetensors", "step-000008.safetensors"]);
  });

  it("stops at a bad loss even when a checkpoint is due at that very step", async () => {
    const session = fresh();
    session.outputsOf = (step, loss) => (step === 7 ? Infinity : loss);
    expect((await failure(run(session))).message).toContain("the loss is Infinity at step 8");
    expect(checkpoints()).toEqual(["latest", "step-000004.safetensors"]);
  });

  it("does not keep weights that are not finite under a finite loss", async () => {
    const session = fresh();
    session.outputsOf = (step, loss) => {
      if (step === 5) session.tensors.get("encoder.w.m")![0] = NaN;
      return loss;
    };
    expect((await failure(run(session))).message).toMatch(/tensor 'encoder.w.m' holds NaN or infinity after step 8\n.*step-000004/);
  });

  it("names the last checkpoint when the device is lost", async () => {
    const session = fresh();
    session.outputsOf = (step, loss) => (step === 5 ? Promise.reject(new UserError("JR104", "the device 'X' was lost: driver reset", "resume")) : loss);
    const error = await failure(run(session));
    expect(error).toMatchObject({ code: "JR104", hint: "resume", message: `the device 'X' was lost: driver reset\n  the last good checkpoint is ${join(out, "checkpoints", "step-000004.safetensors")}` });
  });

  it("stops when a checkpoint cannot be written, and can be resumed from the last good checkpoint", async () => {
    const session = fresh();
    session.outputsOf = (step, loss) => {
      // A folder where the next checkpoint's temporary file should be: its writing fails.
      if (step === 6) mkdirSync(join(out, "checkpoints", "step-000008.safetensors.tmp"));
      return loss;
    };
    const error = await failure(run(session));
    expect(error.message).toMatch(/step-000008.safetensors.*\n {2}the last good checkpoint is .*step-000004.safetensors$/);
    rmSync(join(out, "checkpoints", "step-000008.safetensors.tmp"), { recursive: true, force: true });
    const resumed = fresh();
    await run(resumed, { resume: true });
    const straight = fresh();
    await run(straight, { out: `${out}-straight` });
    expect(resumed.tensors).toEqual(straight.tensors);
  });

  it("says that there is no checkpoint yet", async () => {
    const session = fresh();
    session.outputsOf = () => NaN;
    expect((await failure(run(session))).message).toContain("at step 1, with the clips clip0.wav, clip1.wav, clip2.wav, clip3.wav\n  there is no checkpoint yet");
  });
});

describe("a run that cannot start", () => {
  it("refuses a folder that holds a run, and leaves it alone", async () => {
    await run(fresh(), { steps: 4 });
    const before = readFileSync(join(out, "metrics.jsonl"));
    const error = await failure(run(fresh()));
    expect(error).toMatchObject({ code: "JR520", message: `'${out}' already holds a run, with the checkpoint ${join(out, "checkpoints", "step-000004.safetensors")}`, hint: "Continue it with --resume, or choose another --out." });
    expect(readFileSync(join(out, "metrics.jsonl"))).toEqual(before);
  });

  it("has nothing to resume in an empty folder, and makes none", async () => {
    expect((await failure(run(fresh(), { resume: true }))).message).toBe(`there is no run to resume in '${out}'`);
    expect(existsSync(out)).toBe(false);
  });

  it("keeps the seed of the run it resumes", async () => {
    await run(fresh(), { steps: 4, seed: 5 });
    expect((await failure(run(fresh(), { resume: true, seed: 6 }))).message).toBe(`the run in '${out}' has seed 5, not 6`);
  });

  it("asks for steps where the model has none", async () => {
    const plan = tinyPlan({ config: {} });
    expect(await failure(run(fresh(), {}, { plan }))).toMatchObject({ code: "JR524", hint: "Say how many with --steps." });
  });

  it("says that a model without a train block cannot be trained", async () => {
    const plan = tinyPlan({ programs: {} });
    expect((await failure(run(fresh(), {}, { plan }))).message).toBe("the model 'Tiny' cannot be trained: it has no train block");
  });

  it("says that a file stands where the run's folder should", async () => {
    const folder = join(out, "..");
    appendFileSync(join(folder, "file"), "x");
    expect(await failure(run(fresh(), { out: join(folder, "file", "run") }))).toMatchObject({ code: "JR506" });
  });
});
