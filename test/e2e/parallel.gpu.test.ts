import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeSyntheticClips } from "../../runtime/data/index.ts";
import { readMetrics, type MetricsLine } from "../../runtime/train/metrics-file.ts";
import { script, type Ended, type Setting } from "../cli/command.ts";
import { twoSoftwareDevices } from "../support/two-devices.ts";
import { compileSmall, scratch, writeBuild } from "./small.ts";

const two = twoSoftwareDevices();
const folder = scratch();
const at = (...names: string[]): string => join(folder, ...names);
afterAll(() => {
  rmSync(folder, { recursive: true });
  if (two) rmSync(two.folder, { recursive: true });
});

beforeAll(async () => {
  writeBuild(at("build"), compileSmall({ microBatch: 1 }));
  writeBuild(at("whole"), compileSmall());
  await writeSyntheticClips(at("clips"), { count: 16, classes: 2, seconds: 0.3, rate: 8000, seed: 1 });
});

const env = { VK_ICD_FILENAMES: two?.manifests.join(":") ?? "" };
const COMMON = ["--seed", "5", "--checkpoint-every", "4", "--log-every", "1"];

const trainer = (out: string, args: readonly string[], setting?: Setting): Promise<Ended> =>
  script(at("build", "trainer.js"), ["--data", at("clips"), "--out", at(out), ...COMMON, ...args], { cwd: folder, env, ...setting });

const metrics = async (run: string): Promise<Omit<MetricsLine, "time">[]> =>
  (await readMetrics(at(run, "metrics.jsonl"))).map(({ time, clips_per_s, ...line }) => (void time, void clips_per_s, line));

/** The process that computes as a rank for a supervisor. */
function pidOf(rank: number): number {
  const own = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const found = own.find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`JEPAC_RANK=${rank}`) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder);
    } catch {
      return false; // gone, or not ours
    }
  });
  return Number(found);
}

/** Kills a rank once the run has told of a step. */
function killAt(step: number, rank: number): Setting {
  let done = false;
  return {
    onText(text) {
      if (done || !new RegExp(`^ *${step}/`, "m").test(text)) return;
      done = true;
      process.kill(pidOf(rank), "SIGKILL");
    },
  };
}

describe.skipIf(two === null)("training on two devices", () => {
  it("has the curve of one, and can go on with one", async () => {
    const both = await trainer("both", ["--steps", "8", "--devices", "all"]);
    expect(both, both.err).toMatchObject({ code: 0, err: "" });
    expect(both.out).toMatch(/ parameters\) on 2 x llvmpipe\S*, 16 clips: 8 steps, seed 5\n/);
    const one = await trainer("one", ["--steps", "12"]);
    expect(one.code).toBe(0);
    const resumed = await trainer("both", ["--steps", "12", "--resume"]);
    expect(resumed.out).toContain("done: 12 steps");
    const [a, b] = [await metrics("both"), await metrics("one")];
    expect(a).toHaveLength(12);
    a.forEach((line, i) => {
      expect(line["M"]).toBe(b[i]!["M"]);
      expect(Math.abs(Number(line["loss"]) / Number(b[i]!["loss"]) - 1), `step ${i + 1}`).toBeLessThan(2e-5);
    });
  }, 120_000);

  it("exchanges gradients in half precision when told to", async () => {
    const half = await trainer("half", ["--steps", "8", "--devices", "2", "--gradients", "f16"]);
    expect(half, half.err).toMatchObject({ code: 0, err: "" });
    const one = await trainer("alone", ["--steps", "8", "--gradients", "f16"]);
    expect(one.code).toBe(0);
    expect(one.out).toContain("note: --gradients and --shard-optimizer are for several devices\n");
    const [a, b] = [await metrics("half"), await metrics("alone")];
    expect(a).toHaveLength(8);
    const differences = a.map((line, i) => Math.abs(Number(line["loss"]) / Number(b[i]!["loss"]) - 1));
    expect(Math.max(...differences)).toBeLessThan(5e-4);
    expect(Math.max(...differences)).toBeGreaterThan(0);
  }, 120_000);

  it("divides the optimizer state when told to, and goes on with or without", async () => {
    const SHARD = ["--devices", "2", "--shard-optimizer"];
    const divided = await trainer("divided", ["--steps", "8", ...SHARD]);
    expect(divided, divided.err).toMatchObject({ code: 0, err: "" });
    // Two moments of 22,528 bytes of weights, each held by half: 256 bytes of padding at most.
    expect(divided.out).toMatch(/^note: the optimizer state \(0\.04\d MiB\) is divided among 2 devices: each saves 0\.02\d MiB of 0\.\d+ MiB$/m);
    const latest = (run: string, step: string): Buffer => readFileSync(at(run, "checkpoints", `step-${step}.safetensors`));
    const straight = await trainer("undivided", ["--steps", "12", "--devices", "2"]);
    expect(straight.code).toBe(0);
    expect(latest("divided", "000008").equals(latest("undivided", "000008"))).toBe(true);

    // From the same checkpoint: divided again, and the other way round.
    cpSync(at("divided"), at("continued"), { recursive: true });
    expect((await trainer("divided", ["--steps", "12", "--resume", ...SHARD])).code).toBe(0);
    expect((await trainer("continued", ["--steps", "12", "--resume", "--devices", "2"])).code).toBe(0);
    for (const run of ["divided", "continued"]) expect(latest(run, "000012").equals(latest("undivided", "000012")), run).toBe(true);
    const alone = await trainer("divided", ["--steps", "13", "--resume"]);
    expect(alone.out).toContain("done: 13 steps");
  }, 180_000);

  it("ends with the reason and the checkpoint when a process dies, or starts again from there", async () => {
    const ended = await trainer("killed", ["--steps", "100000", "--devices", "2"], killAt(10, 1));
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/^error\[JR730\]: rank 1 was ended by SIGKILL[^]*continue from \S*step-\d{6}\.safetensors with --resume\n$/);

    const again = await trainer("restarted", ["--steps", "16", "--devices", "2", "--max-restarts", "1"], killAt(10, 1));
    expect(again, again.err).toMatchObject({ code: 0, err: "" });
    expect(again.out).toMatch(/rank 1 was ended by SIGKILL[^]*starting again from \S*step-\d{6}\.safetensors; restarts left: 0\n/);
    const straight = await trainer("straight", ["--steps", "16", "--devices", "0,1"]);
    expect(straight.code).toBe(0);
    expect(await metrics("restarted")).toEqual(await metrics("straight"));
    const latest = (run: string): Buffer => readFileSync(at(run, "checkpoints", "step-000016.safetensors"));
    expect(latest("restarted").equals(latest("straight"))).toBe(true);
  }, 180_000);

  it("refuses devices and builds that do not fit", async () => {
    const many = await trainer("many", ["--devices", "3"]);
    expect(many).toMatchObject({ code: 1, err: "error[JR110]: --devices 3: this machine has 2\nhint: jepac doctor lists them.\n" });
    const whole = await script(at("whole", "trainer.js"), ["--data", at("clips"), "--out", at("uncut"), "--devices", "2"], { cwd: folder, env });
    expect(whole.code).toBe(1);
    expect(whole.err).toContain("error[JR724]: the batch of SmallJepa is computed in 1 part(s), too few for 2 devices");
    expect(whole.err).toContain("hint: Build it in parts: jepac build ... --micro-batch 2");
  }, 120_000);
});
