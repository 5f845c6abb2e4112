import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readCheckpointInfo } from "../../../runtime/checkpoint/checkpoint.ts";
import { openSafetensors } from "../../../runtime/checkpoint/safetensors-read.ts";
import { embedClips, type EmbedIndex } from "../../../runtime/evaluate/embed-clips.ts";
import { evaluateKnn } from "../../../runtime/evaluate/evaluate-knn.ts";
import { Session } from "../../../runtime/execute/index.ts";
import { openGpu } from "../../../runtime/gpu/index.ts";
import { loadPlan } from "../../../runtime/plan/read.ts";
import { readMetrics } from "../../../runtime/train/metrics-file.ts";
import { runTraining } from "../../../runtime/train/run-training.ts";
import { train } from "../../../runtime/train/train.ts";
import { trainerMain } from "../../../runtime/trainer/trainer.ts";
import { makeToy } from "./toy-model.ts";

const toy = makeToy();
const buildDir = join(toy, "build");
const data = join(toy, "clips");
afterAll(() => rmSync(toy, { recursive: true }));

const run = (out: string, change = {}) => train({ buildDir, data, out: join(toy, out), seed: 3, checkpointEvery: 5, logEvery: 2, ...change });

async function tensors(path: string): Promise<Record<string, readonly number[]>> {
  const file = await openSafetensors(path);
  const read = await Promise.all([...file.tensors.keys()].map(async (name) => [name, [...(await file.read(name))]] as const));
  await file.close();
  return Object.fromEntries(read);
}

const lines = async (out: string) => (await readMetrics(join(toy, out, "metrics.jsonl"))).map(({ time, clips_per_s, ...line }) => (void time, void clips_per_s, line));

describe("training on a device", () => {
  it("learns, and a resumed run gives the same bits", async () => {
    const straight = await run("straight");
    expect(straight).toMatchObject({ step: 12, stopped: false });
    expect(straight.skipped).toMatchObject([{ name: "loud/broken.wav" }]);
    expect(straight.last!.loss).toBeLessThan((await lines("straight"))[0]!["loss"] as number);

    await run("resumed", { steps: 7 });
    const resumed = await run("resumed", { resume: true, seed: undefined });
    expect(await tensors(resumed.checkpoint!)).toEqual(await tensors(straight.checkpoint!));
    expect((await lines("resumed")).filter((line) => line.step !== 7)).toEqual(await lines("straight"));
    expect((await readCheckpointInfo(resumed.checkpoint!)).data!.clips).toBe(17);
  });

  it("depends on the seed", async () => {
    const one = await run("seed-1", { seed: 1, steps: 2 });
    const two = await run("seed-2", { seed: 2, steps: 2 });
    expect(await tensors(one.checkpoint!)).not.toEqual(await tensors(two.checkpoint!));
  });

  it("names step, clips and checkpoint when the loss is not finite", async () => {
    const bad = makeToy({ lr: { call: "select", args: [{ call: "lt", args: [{ get: "step" }, 6] }, 0.05, 3e38] } });
    const error = await train({ buildDir: join(bad, "build"), data, out: join(toy, "bad"), checkpointEvery: 5 }).then(() => null, (reason: unknown) => reason);
    rmSync(bad, { recursive: true });
    expect((error as Error).message).toMatch(/^the loss is (NaN|Infinity) at step \d+, with the clips (loud|soft)\/\d.wav, .*\n  the last good checkpoint is .*step-000005.safetensors$/);
  });

  it("names the last checkpoint when the device is lost", async () => {
    const gpu = await openGpu();
    const loaded = await loadPlan(buildDir);
    const session = await Session.open(loaded, gpu);
    const batches = () => ({ batch: async () => ({ clip: new Float32Array(3200).fill(0.5), valid: new Int32Array(4), names: ["a", "b", "c", "d"] }) });
    const running = runTraining(
      { plan: loaded.plan, session, adapter: gpu.info.name, versions: {}, data: { path: "", identity: { clips: 4, digest: "" }, batch: 4, batches } },
      { out: join(toy, "lost"), checkpointEvery: 4, observer: { row: ({ step }) => void (step === 7 && gpu.destroy()) } },
    );
    await expect(running).rejects.toMatchObject({
      code: "JR104",
      message: expect.stringMatching(/^the device '.*' was lost: .*\n {2}the last good checkpoint is .*step-000004.safetensors$/) as unknown,
      hint: "Training can go on from the last checkpoint with --resume.",
    });
    expect(await run("lost", { seed: undefined, resume: true })).toMatchObject({ step: 12 });
  });

  it("asks for data, and refuses a wrong folder before opening anything", async () => {
    await expect(train({ buildDir, out: join(toy, "none") })).rejects.toMatchObject({ code: "JR527" });
    await expect(train({ buildDir, data: join(toy, "absent"), out: join(toy, "none") })).rejects.toMatchObject({ code: "JR401" });
    expect(existsSync(join(toy, "none"))).toBe(false);
  });
});

describe("evaluating on a device", () => {
  it("embeds every usable clip, trained and untrained", async () => {
    await run("embedded");
    const embed = (checkpoint: string | null, out: string) => embedClips({ buildDir, data, checkpoint, seed: 3, out: join(toy, out) });
    const trained = await embed(join(toy, "embedded"), "trained.npy");
    const untrained = await embed(null, "untrained");
    expect(trained.shape).toEqual([16, 2]);
    expect(trained.skipped.map((clip) => clip.name)).toEqual(["loud/broken.wav"]);
    expect(readFileSync(trained.npy)).not.toEqual(readFileSync(untrained.npy));
    const index = JSON.parse(readFileSync(trained.index, "utf8")) as EmbedIndex;
    expect(index).toMatchObject({ model: "Toy", step: 12, seed: 3, pool: "mean", shape: [16, 2], checkpoint: join(toy, "embedded/checkpoints/step-000012.safetensors") });
    expect(index.rows[0]).toEqual({ name: "loud/0.wav", label: "loud" });
  });

  it("scores kNN beside the untrained network", async () => {
    await run("scored");
    const result = await evaluateKnn({ buildDir, data, checkpoint: join(toy, "scored"), split: { kind: "hash", testShare: 0.25, seed: 0 }, k: 3 });
    expect(result).toMatchObject({ model: "Toy", step: 12, clips: 16, k: 3, temperature: 0.07 });
    expect(result.tasks).toMatchObject([{ task: "label", trained: { classes: 2, bank: 12, total: 4, majority: 0.5 }, untrained: { total: 4 } }]);
    expect(result.tasks[0]!.trained.accuracy).toBeGreaterThanOrEqual(0.75);
  });
});

describe("the trainer's command line", () => {
  const main = async (...argv: string[]) => {
    const said = { out: "", err: "" };
    const screen = (stream: "out" | "err") => ({ write: (text: string) => void (said[stream] += text) });
    const code = await trainerMain(new URL(`file://${buildDir}/`), argv, { out: screen("out"), err: screen("err") });
    return { code, ...said };
  };

  it("trains and tells of it in plain lines", async () => {
    const { code, out, err } = await main("--data", data, "--out", join(toy, "cli"), "--log-every=5", "--seed", "3");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const told = out.trimEnd().split("\n");
    expect(told[0]).toMatch(/^Toy \(encoder 8 parameters\) on .+, 17 clips: 12 steps, seed 3$/);
    expect(told[1]).toMatch(/^ 1\/12  loss [\d.]+  lr 0.05000  w0 [\d.]+  M \d  [\d.e+]+ clips\/s  ETA \d+s$/);
    expect(told.slice(1, 5).map((line) => line.trim().split("/")[0])).toEqual(["1", "5", "10", "12"]);
    expect(told[5]).toMatch(/^done: 12 steps, loss [\d.]+; saved .*step-000012.safetensors$/);
    expect(told.slice(6)).toEqual(["skipped 1 of the clips: 1 truncated", expect.stringMatching(/^ {2}loud\/broken.wav: truncated \(.*\)$/)]);
  });

  it("shows failures as people read them", async () => {
    expect(await main("--data", data, "--out", join(toy, "cli2"), "--adapter", "no such thing")).toMatchObject({ code: 1, err: expect.stringMatching(/^error\[JR102\]: .*\nhint: .*\n$/s) as unknown });
    expect(await main("--data", data)).toMatchObject({ code: 1, err: "error[JR532]: --out is missing\nhint: Name a folder for the run, for example --out runs/first.\n" });
    expect((await main("--help")).out).toContain("--resume");
  });
});
