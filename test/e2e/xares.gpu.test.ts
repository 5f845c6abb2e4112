import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { addEval } from "../../cli/commands/eval.ts";
import { writeSyntheticClips } from "../../runtime/data/index.ts";
import type { SuiteResult } from "../../runtime/evaluate/xares/evaluate-suite.ts";
import type { ScoredTask } from "../../runtime/evaluate/xares/scores.ts";
import { train } from "../../runtime/train/train.ts";
import { jepac } from "../cli/command.ts";
import { tones, writeMiniSuite, writeShard } from "../support/mini-xares.ts";
import { tarOf } from "../support/tar.ts";
import { compileSmall, scratch, writeBuild } from "./small.ts";

const folder = scratch();
const at = (...names: string[]): string => join(folder, ...names);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

beforeAll(async () => {
  writeBuild(at("build"), compileSmall());
  await writeSyntheticClips(at("clips"), { count: 8, classes: 2, seconds: 0.3, rate: 8000, seed: 1 });
  await train({ buildDir: at("build"), data: at("clips"), out: at("run"), steps: 4 });
  writeMiniSuite(at("data"));
}, 120_000);

/** The command in this process; gives what it wrote. Its failures are thrown. */
async function evaluate(...args: string[]): Promise<{ out: string; err: string }> {
  const said = { out: "", err: "" };
  const written = (stream: "out" | "err") => (text: string | Uint8Array): boolean => ((said[stream] += String(text)), true);
  const spies = [vi.spyOn(process.stdout, "write").mockImplementation(written("out")), vi.spyOn(process.stderr, "write").mockImplementation(written("err"))];
  const program = new Command().exitOverride();
  addEval(program);
  try {
    await program.parseAsync(["eval", ...args], { from: "user" });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return said;
}
const evaluateSuite = (...args: string[]): ReturnType<typeof evaluate> => evaluate("--suite", "xares", ...args);
const results = (out: string): SuiteResult[] => (JSON.parse(readFileSync(join(out, "xares.json"), "utf8")) as { runs: SuiteResult[] }).runs;
const scored = (result: SuiteResult, task: string): ScoredTask => {
  const outcome = result.tasks.find((one) => one.task === task)!;
  if (outcome.status !== "scored") throw new Error(`${task}: ${outcome.why}`);
  return outcome;
};

describe("jepac eval --suite xares", () => {
  it("scores a task of every kind, lists what is missing, and writes both tables", { timeout: 240_000 }, async () => {
    const ended = await jepac(["eval", "--suite", "xares", "--data", at("data"), at("run")], { cwd: folder });
    expect(ended).toMatchObject({ code: 0 });
    const [run] = results(at("run", "eval"));
    expect(run!.model).toBe("SmallJepa");

    // Samples: crops of 5 s, none of which a 2 s clip has but one by padding; shards of other names left alone.
    expect(scored(run!, "cremad").samples).toEqual({ train: 12, valid: 4, test: 6 });
    expect(scored(run!, "cremad").classes).toEqual(["H", "S"]);
    expect(scored(run!, "librispeechmalefemale").samples).toEqual({ train: 8, valid: 4, test: 6 });
    expect(scored(run!, "esc50").scores.linear).toMatchObject({ n: 20, folds: [expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number)] as number[] });
    expect(scored(run!, "clotho").scores).toEqual({ linear: expect.objectContaining({ n: 2 }) as unknown });
    expect(scored(run!, "esc50").curves.map(({ linear }) => [linear!.loss.length, linear!.validation.length])).toEqual(Array.from({ length: 5 }, () => [10, 10]));
    for (const { linear } of scored(run!, "maestro").curves) expect(linear!.loss.at(-1)).toBeLessThan(linear!.loss[0]!);
    expect(scored(run!, "maestro").classes).toEqual(["60", "61"]);
    // Square waves of two pitches: near neighbours tell them apart in any network.
    for (const task of ["cremad", "librispeechmalefemale", "esc50"]) {
      expect(scored(run!, task).scores.cosine!.score, task).toBe(1);
      expect(scored(run!, task).answers!.truth).toHaveLength(scored(run!, task).scores.linear!.n);
    }
    for (const outcome of run!.tasks) {
      if (outcome.status !== "scored") continue;
      for (const { score, low, high } of Object.values(outcome.scores)) expect([low >= 0, low <= score + 1e-9, score <= high + 1e-9, high <= 1], outcome.task).toEqual([true, true, true, true]);
    }
    expect(run!.tasks.filter(({ status }) => status === "scored").map(({ task }) => task).sort()).toEqual(["clotho", "cremad", "desed", "esc50", "fsd50k", "librispeechmalefemale", "maestro"]);

    expect(ended.out).toMatch(/^Table II: [^]*\nTable III: /);
    expect(ended.out).toMatch(/\nVoxCeleb1 +0\.041 +0\.340 +0\.105 +missing: Zenodo record 14811963\n/);
    expect(ended.out).toMatch(/\nCREMA-D +0\.427 +0\.541 +0\.523 +[\d.]{5} \[[\d.]{5}, [\d.]{5}\] +n = 6; 2 of the suite's 6 classes are in the data\n/);
    expect(ended.out).not.toContain("Subway broadcast");
    expect(readFileSync(at("run", "eval", "xares.html"), "utf8")).toMatch(/<h1>SmallJepa on X-ARES<\/h1>[^]*ESC-50: what the linear probe takes for what[^]*ESC-50: a map of the embeddings/);
    expect(readFileSync(at("run", "eval", "xares.md"), "utf8")).toMatch(/\| ESC-50 \| accuracy \| 0\.140 \| 0\.081 \| 0\.040 \| 1\.000 \[/);
  });

  it("goes on where it was: kept scores and embeddings are not computed again", { timeout: 120_000 }, async () => {
    const before = results(at("run", "eval"));
    expect((await evaluateSuite("--data", at("data"), at("run"))).err).toBe("");
    expect(results(at("run", "eval"))).toEqual(before);

    // Without one task's scores and one shard's index, as after a run that was killed.
    const cache = at("run", "eval", "cache", before[0]!.digest, "cremad");
    for (const name of readdirSync(cache)) if (name.endsWith(".scores.json") || name.startsWith("wds-audio-test")) rmSync(join(cache, name));
    const kept = statSync(join(cache, readdirSync(cache).find((name) => name.startsWith("wds-audio-train-000000") && name.endsWith(".npy"))!)).mtimeMs;
    const resumed = await evaluateSuite("--data", at("data"), at("run"), "--tasks", "cremad");
    expect(resumed.err).toMatch(/CREMA-D: embedding [^]*CREMA-D: linear probe/);
    expect(scored(results(at("run", "eval"))[0]!, "cremad")).toEqual(scored(before[0]!, "cremad"));
    expect(statSync(join(cache, readdirSync(cache).find((name) => name.startsWith("wds-audio-train-000000") && name.endsWith(".npy"))!)).mtimeMs).toBe(kept);
  });

  it("keeps the embeddings of each checkpoint apart, and compares two", { timeout: 120_000 }, async () => {
    await train({ buildDir: at("build"), data: at("clips"), out: at("run"), steps: 12, resume: true });
    const [first] = results(at("run", "eval"));
    const ended = await evaluateSuite("--data", at("data"), at("run"), "--tasks", "cremad", "--attentive", "--compare", at("run", "checkpoints", "step-000004.safetensors"));
    const [later, earlier] = results(at("run", "eval"));
    expect(earlier!.digest).toBe(first!.digest);
    expect(later!.digest).not.toBe(first!.digest);
    expect(scored(earlier!, "cremad").scores.linear).toEqual(scored(first!, "cremad").scores.linear);
    expect(scored(later!, "cremad").scores.attentive).toMatchObject({ n: 6 });
    expect(ended.out).toMatch(/task +Audio-JEPA +wav2vec 2\.0 +data2vec +\S+run, linear +\S+run, attentive +\S+step-000004\.safetensors, linear/);
  });

  it("names, counts and skips what is damaged; the score says of how many", { timeout: 120_000 }, async () => {
    const clip = (i: number): Uint8Array => tones(0.5, [{ class: i % 2 }], 700 + i);
    const clips = (count: number, from: number) => Array.from({ length: count }, (_, i) => ({ wav: clip(from + i), json: { label: "HS"[(from + i) % 2] } }));
    writeShard(at("torn", "cremad", "wds-audio-train-000000.tar"), clips(8, 0));
    writeShard(at("torn", "cremad", "wds-audio-valid-000000.tar"), clips(4, 8));
    writeFileSync(at("torn", "cremad", "wds-audio-test-000000.tar"), tarOf({
      "good0.wav": clip(0), "good0.json": `{"label":"H"}`,
      "good1.wav": clip(1), "good1.json": `{"label":"S"}`,
      "silent.wav": tones(0.5, [], 0).fill(0, 44), "silent.json": `{"label":"H"}`,
      "noise.wav": "not audio", "noise.json": `{"label":"H"}`,
      "alone.wav": clip(2),
      "blank.wav": clip(3), "blank.json": `{"emotion":"S"}`,
      "broken.wav": clip(4), "broken.json": "{",
    }));
    // Its last entries are cut off.
    const shard = at("torn", "cremad", "wds-audio-train-000000.tar");
    truncateSync(shard, statSync(shard).size - 14_000);
    const ended = await evaluateSuite("--data", at("torn"), at("run"), "--tasks", "cremad", "--out", at("torn-eval"));
    const task = scored(results(at("torn-eval"))[0]!, "cremad");
    expect(task.scores.linear!.n).toBe(2);
    expect(task.samples.train).toBeLessThan(8);
    const reasons = Object.fromEntries(task.skipped.map(({ name, reason, detail }) => [name.replace(/^wds-audio-/, ""), `${reason}: ${detail}`]));
    expect(reasons).toMatchObject({
      "test-000000.tar/silent.wav": expect.stringMatching(/^silent: /) as string,
      "test-000000.tar/noise.wav": expect.stringMatching(/^not-audio: /) as string,
      "test-000000.tar/alone.wav": "damaged: the shard holds no alone.json, which would say what is in it",
      "test-000000.tar/blank.wav": "damaged: its label cannot be read: expected a field 'label'",
      "test-000000.tar/broken.wav": expect.stringMatching(/^damaged: its label cannot be read: /) as string,
    });
    expect(Object.keys(reasons).some((name) => name.startsWith("train-"))).toBe(true);
    expect(ended.out).toMatch(/n = 2; \d+ clips skipped/);
    expect(ended.out).toMatch(/cremad: skipped \d+\n {2}wds-audio-/);
  });

  it("lists a task as missing when some of its shards are, and as failed when none can be used", { timeout: 120_000 }, async () => {
    writeShard(at("part", "esc50", "wds-audio-fold-1-000000.tar"), [{ wav: tones(0.5, [{ class: 0 }], 1), json: { label: 0 } }]);
    for (const split of ["train", "valid", "test"]) writeShard(at("part", "cremad", `wds-audio-${split}-000000.tar`), [{ wav: new Uint8Array(100), json: { label: "H" } }]);
    const ended = await evaluateSuite("--data", at("part"), at("run"), "--tasks", "cremad,esc50", "--out", at("part-eval"));
    expect(ended.out).toMatch(/ESC-50 .*missing: no wds-audio-fold-2-\*\.tar and no .* in .*esc50; Zenodo record 14614287/);
    expect(ended.out).toMatch(/CREMA-D .*failed: CREMA-D: no clip of wds-audio-train\*\.tar is usable/);
  });

  it("refuses what it cannot do, in words", async () => {
    const refused = (error: { code: string; message?: unknown; hint?: unknown }, ...args: string[]): Promise<void> => expect(evaluate(...args)).rejects.toMatchObject(error);
    await refused({ code: "JC023", message: "there is no suite 'hear'" }, "--suite", "hear", "--data", at("data"), at("run"));
    await refused({ code: "JC024" }, "--suite", "xares", at("run"));
    await refused({ code: "JC025", message: "there is no task 'esc-50'", hint: expect.stringMatching(/^the tasks: asvspoof2015, /) }, "--suite", "xares", "--data", at("data"), "--tasks", "esc-50", at("run"));
    await refused({ code: "JC026" }, "--suite", "xares", "--data", at("data"), "--vocabulary", at("absent.txt"), at("run"));
    await refused({ code: "JR630", message: expect.stringMatching(/^it is not known which model '.*clips' was trained from/) }, "--suite", "xares", "--data", at("data"), at("clips"));
    await refused({ code: "JR503", message: `there is no '${at("absent")}'` }, "--suite", "xares", "--data", at("absent"), at("run"), "--out", at("nothing"));
    await refused({ code: "JC029", message: `nothing was scored: '${at("clips")}' holds the data of no task` }, "--suite", "xares", "--data", at("clips"), at("run"), "--out", at("nothing"));
    expect(existsSync(at("nothing"))).toBe(false);
    await refused({ code: "JC022" }, at("run"));
    await refused({ code: "JC027" }, "--knn", at("build"));
    expect(existsSync(at("clips", "eval"))).toBe(false);
  });
});
