import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSafetensors } from "../../runtime/checkpoint/safetensors-read.ts";
import { CheckpointStore } from "../../runtime/checkpoint/store.ts";
import { writeSyntheticClips } from "../../runtime/data/index.ts";
import { readMetrics } from "../../runtime/train/metrics-file.ts";
import { train } from "../../runtime/train/train.ts";
import { trainerMain } from "../../runtime/trainer/trainer.ts";
import { compileModel } from "../support/session.ts";
import { jepac, script, type Ended, type Setting } from "../cli/command.ts";
import { compileSmall, scratch, writeBuild } from "./small.ts";

const folder = scratch();
const at = (...names: string[]): string => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true }));

const clips = at("clips");
beforeAll(async () => {
  writeBuild(at("build"), compileSmall());
  await writeSyntheticClips(clips, { count: 16, classes: 2, seconds: 0.3, rate: 8000, seed: 1 });
  // A flac cut in half: its header is whole.
  mkdirSync(at("clips", "chirp-up"), { recursive: true });
  writeFileSync(at("clips", "chirp-up", "torn.flac"), readFileSync(at("clips", "chirp-up", "00002.flac")).subarray(0, 1500));
});

/** The emitted trainer as a process of its own. */
const trainer = (args: readonly string[], setting?: Setting): Promise<Ended> => script(at("build", "trainer.js"), args, { cwd: folder, ...setting });

/** The same in this process, for what need not be a process. */
async function inProcess(build: string, ...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const screen = (stream: "out" | "err") => ({ write: (text: string) => void (said[stream] += text) });
  const code = await trainerMain(new URL(`file://${build}/`), argv, { out: screen("out"), err: screen("err") });
  return { code, ...said };
}

/** Kills or interrupts a trainer when it has told of a step. */
function atStep(step: number, signal: NodeJS.Signals): Setting {
  let sent = false;
  return {
    onText(text, child) {
      if (sent || !new RegExp(`^ *${step}/`, "m").test(text)) return;
      sent = true;
      child.kill(signal);
    },
  };
}

async function tensors(run: string): Promise<Record<string, unknown>> {
  const file = await openSafetensors((await new CheckpointStore(run).latest())!);
  const read = await Promise.all([...file.tensors.keys()].map(async (name) => [name, await file.read(name)] as const));
  await file.close();
  return Object.fromEntries(read);
}

const metrics = async (run: string) =>
  (await readMetrics(join(run, "metrics.jsonl"))).map(({ time, clips_per_s, ...line }) => (void time, void clips_per_s, line));

describe("a run", () => {
  it("killed, resumed, interrupted and resumed again has the bits of one that never stopped", async () => {
    const args = ["--data", clips, "--out", at("broken-off"), "--seed", "5", "--checkpoint-every", "5", "--log-every", "1"];
    const killed = await trainer([...args, "--steps", "100000"], atStep(8, "SIGKILL"));
    expect(killed).toMatchObject({ code: null, signal: "SIGKILL" });
    const stopped = await trainer([...args, "--steps", "100000", "--resume"], atStep(14, "SIGINT"));
    expect(stopped).toMatchObject({ code: 0, signal: null });
    expect(stopped.out).toMatch(/: steps (6|1\d) to 100000, seed 5\n/);
    const done = Number(/stopped after (\d+) of 100000 steps, .*; saved .*\.safetensors; continue with --resume\n/.exec(stopped.out)![1]);
    const ended = await trainer([...args, "--steps", String(done + 3), "--resume"]);
    expect(ended.out).toContain(`done: ${done + 3} steps`);
    // The clip that is cut short is named, in every run that met it.
    expect(ended.out).toMatch(/skipped 1 of the clips: 1 \S+\n {2}chirp-up\/torn\.flac: /);

    await train({ buildDir: at("build"), data: clips, out: at("straight"), seed: 5, steps: done + 3, checkpointEvery: 5, logEvery: 1 });
    expect(await tensors(at("broken-off"))).toEqual(await tensors(at("straight")));
    expect(await metrics(at("broken-off"))).toEqual(await metrics(at("straight")));
    const masked = (await metrics(at("straight"))).map((line) => line["M"]);
    expect(new Set(masked)).toEqual(new Set([3, 4, 5]));
    const record = JSON.parse(readFileSync(at("broken-off", "run.json"), "utf8")) as { sessions: unknown[] };
    expect(record.sessions).toHaveLength(3);
  }, 180_000);

  it("is not begun where there is one already, and changes nothing there", async () => {
    const before = readFileSync(at("straight", "metrics.jsonl"));
    const { code, err } = await inProcess(at("build"), "--data", clips, "--out", at("straight"));
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^error\[JR520\]: '.*straight' already holds a run, with the checkpoint .*\nhint: Continue it with --resume/) as string });
    expect(readFileSync(at("straight", "metrics.jsonl"))).toEqual(before);
  });

  it("leaves checkpoints that Python's safetensors opens", async (context) => {
    const probe = spawnSync("python3", ["-c", "import safetensors.numpy"]);
    if (probe.status !== 0) return context.skip("python3 has no safetensors");
    const read = `import sys, json; from safetensors import safe_open
with safe_open(sys.argv[1], "np") as f: print(json.dumps({"step": f.metadata()["step"], "w": float(f.get_tensor("encoder.fc1.weight").sum()), "n": len(list(f.keys()))}))`;
    const path = (await new CheckpointStore(at("straight")).latest())!;
    const { stdout, stderr } = spawnSync("python3", ["-c", read, path], { encoding: "utf8" });
    expect(stderr).toBe("");
    const seen = JSON.parse(stdout) as { step: string; w: number; n: number };
    const own = await tensors(at("straight"));
    expect(seen.n).toBe(Object.keys(own).length);
    expect(seen.w).toBeCloseTo((own["encoder.fc1.weight"] as Float32Array).reduce((a, b) => a + b, 0), 4);
    expect(basename(path)).toContain(seen.step);
  });
});

describe("the first example of docs/language.md", () => {
  it("learns without clips, and tells how fast", async () => {
    const text = /```jm\n([^]*?)```/.exec(readFileSync(new URL("../../docs/language.md", import.meta.url), "utf8"))![1]!;
    const build = writeBuild(at("rotation"), compileModel("rotation.jm", {}, text));
    const { code, out } = await inProcess(build, "--out", at("rotation-run"), "--steps", "100");
    expect(code).toBe(0);
    expect(out).not.toMatch(/ETA \?|\b0 clips/);
    const losses = (await metrics(at("rotation-run"))).map((line) => line["loss"] as number);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 10);
  });
});

describe("a run that cannot go on", () => {
  it("stops at a loss that is not a number, with the step, the clips and the last good checkpoint", async () => {
    const build = writeBuild(at("build-nan"), compileSmall({ set: { broken_from: "7" } }));
    const { code, err } = await inProcess(build, "--data", clips, "--out", at("nan"), "--checkpoint-every", "5");
    expect(code).toBe(1);
    expect(err).toMatch(/^error\[JR523\]: the loss is NaN at step 8, with the clips (?:chirp-(?:up|down)\/\d+\.(?:wav|flac)(?:, )?){4}\n {2}the last good checkpoint is .*step-000005\.safetensors\nhint: Lower the learning rate/);
    expect(await new CheckpointStore(at("nan")).steps()).toEqual([5]);
  });

  it("stops when the learning rate is absurd, before anything is saved", async () => {
    const build = writeBuild(at("build-lr"), compileSmall({ set: { peak: "1e30" } }));
    const { code, err } = await inProcess(build, "--data", clips, "--out", at("lr"));
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^error\[JR523\]: the loss is (NaN|Infinity) at step [2-6], [^]*there is no checkpoint yet\n/) as string });
    expect(await new CheckpointStore(at("lr")).steps()).toEqual([]);
  });

  it("refuses the checkpoint of another model, and says how to build that one", async () => {
    const build = writeBuild(at("build-wide"), compileSmall({ preset: "wide" }));
    const { code, err } = await inProcess(build, "--data", clips, "--out", at("straight"), "--resume", "--steps", "99");
    expect(code).toBe(1);
    expect(err).toMatch(/^error\[JR513\]: '.*' does not fit the model 'SmallJepa' as built:\n {2}embedding\.weight: expected \[32, 256\], found \[16, 256\]\n/);
    expect(err).toContain("hint: the checkpoint was made with dim=16; build the model with those values");
  });

  it("refuses a checkpoint that was cut short", async () => {
    const latest = (await new CheckpointStore(at("nan")).latest())!;
    truncateSync(latest, 9000);
    const { code, err } = await inProcess(at("build"), "--data", clips, "--out", at("nan"), "--resume");
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^error\[JR510\]: '.*step-000005\.safetensors' is not a whole safetensors file: expected \d+ bytes, found 9000\nhint: /) as string });
  });

  it("says what it found in a folder without a usable clip", async () => {
    mkdirSync(at("junk"));
    writeFileSync(at("junk", "a.wav"), "RIFF");
    writeFileSync(at("junk", "b.mp3"), "");
    writeFileSync(at("junk", "notes.txt"), "hello");
    const { code, err } = await inProcess(at("build"), "--data", at("junk"), "--out", at("junk-run"));
    expect(code).toBe(1);
    expect(err).toMatch(/^error\[JR40\d\]: .*junk/);
    expect(err).toContain("a.wav");
    expect(err).toContain("b.mp3");
    expect(existsSync(at("junk-run"))).toBe(false);
  });
});

describe("without a Vulkan driver", () => {
  const env = { VK_ICD_FILENAMES: "/nonexistent", VK_DRIVER_FILES: "/nonexistent" };

  it("training and the doctor say so, with the way out", async () => {
    for (const ended of await Promise.all([trainer(["--data", clips, "--out", at("no-gpu")], { env }), jepac(["doctor"], { env })])) {
      expect(ended).toMatchObject({ code: 1, out: "" });
      expect(ended.err).toMatch(/error\[JR101\]: no GPU and no software driver was found that WebGPU can use\nhint: .*npm run setup/);
    }
    expect(existsSync(at("no-gpu"))).toBe(false);
  });
});

describe("the command on a build", () => {
  it("trains, embeds and scores, as README says", async () => {
    const run = at("by-command");
    const trained = await jepac(["train", at("build"), "--data", clips, "--out", run, "--steps", "6"]);
    expect(trained).toMatchObject({ code: 0, err: "" });
    expect(trained.out).toMatch(/^SmallJepa \(embedding 4,112, encoder 1,072, predictor 272 parameters\) on .*, 17 clips: 6 steps, seed 0\n/);
    const embedded = await jepac(["embed", at("build"), clips, "--checkpoint", run, "--out", at("e.npy")]);
    expect(embedded.out).toMatch(/e\.npy: f32\[16, 16\]; rows in .*e\.json\nskipped 1: 1 /);
    const npy = readFileSync(at("e.npy"));
    expect(npy.subarray(1, 6).toString()).toBe("NUMPY");
    expect(npy.length).toBe(128 + 16 * 16 * 4);
    const scored = await jepac(["eval", at("build"), clips, "--knn", "--k", "3", "--checkpoint", run, "--json"]);
    expect(JSON.parse(scored.out)).toMatchObject({ model: "SmallJepa", step: 6, k: 3, clips: 16, tasks: [{ trained: { classes: 2 }, untrained: { classes: 2 } }] });
    const wrong = await jepac(["embed", at("build"), clips, "--checkpoint", at("clips"), "--out", at("f.npy")]);
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining("error[JR515]: there is no checkpoint in") as string });
    const vague = await jepac(["eval", at("build"), clips, "--checkpoint", run]);
    expect(vague).toMatchObject({ code: 1, err: expect.stringMatching(/^error\[JC022\]: say how to score\nhint: --suite xares .* --knn /) as string });
  }, 180_000);

  it("names the adapter that a run would take", async () => {
    const { code, out } = await jepac(["doctor", "--json"]);
    const said = JSON.parse(out) as { adapters: { name: string }[]; taken: string };
    expect(code).toBe(0);
    expect(said.adapters.map((adapter) => adapter.name)).toContain(said.taken);
  });
});
