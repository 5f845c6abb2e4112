import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeWav } from "../../../runtime/data/formats/wav-write.ts";
import { openClips } from "../../../runtime/data/open-clips.ts";
import { decodePcm, encodePcm } from "../../../runtime/data/prepare/pcm.ts";
import { prepare } from "../../../runtime/data/prepare/prepare.ts";
import { clipOf, folderOf, wavOf } from "./scratch.ts";

const RATE = 16000;
const one = { rate: RATE, workers: 1 };
const contents = (folder: string) => Object.fromEntries(readdirSync(folder).sort().map((name) => [name, readFileSync(join(folder, name)).toString("base64")]));

/** 12 clips, a silent one, a truncated one and a text. */
function mixed(): string {
  const clips = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`word${i % 3}/${String(i).padStart(2, "0")}.wav`, wavOf(i + 1, 300 + i)]));
  return folderOf({ ...clips, "silent.wav": encodeWav(new Float32Array(100), RATE), "cut.wav": wavOf(1).subarray(0, 200), "readme.md": "words" });
}

describe("prepare", () => {
  it("stores every usable clip, exactly, with its label, and names the rest", async () => {
    const source = mixed();
    const out = folderOf();
    const seen: number[] = [];
    const report = await prepare(source, out, { ...one, shardBytes: 2000, onProgress: ({ done }) => seen.push(done) });
    expect(report).toMatchObject({ clips: 12, converted: 14, workers: 0 });
    expect(report.skipped.map(({ name, reason }) => `${name}: ${reason}`)).toEqual(["cut.wav: truncated", "readme.md: not-audio", "silent.wav: silent"]);
    expect(report.seconds).toBeCloseTo((12 * 300 + 66) / RATE, 9);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    const shards = readdirSync(out).filter((name) => name.endsWith(".pcm"));
    expect(shards).toHaveLength(4); // three clips of 600 to 622 bytes in each
    for (const shard of shards) expect(statSync(join(out, shard)).size).toBeLessThanOrEqual(2000);

    const clips = await openClips(out, { rate: RATE });
    expect(clips.count).toBe(12);
    expect(clips.skipped).toEqual(report.skipped);
    for (let i = 0; i < clips.count; i++) {
      const id = Number(/(\d+)\.wav/.exec(clips.name(i))![1]);
      expect(clips.label(i)).toBe(`word${id % 3}`);
      expect(clips.samples(i)).toBe(300 + id);
      expect(await clips.read(i)).toEqual(clipOf(id + 1, 300 + id));
      expect(await clips.read(i, 100, 50)).toEqual(clipOf(id + 1, 300 + id).subarray(100, 150));
      expect(await clips.read(i, 290, 5000)).toHaveLength(10 + id);
    }
    await clips.close();
  });

  it("does nothing the second time, and only what changed after a change", async () => {
    const source = mixed();
    const out = folderOf();
    await prepare(source, out, one);
    const before = contents(out);
    const times = readdirSync(out).map((name) => statSync(join(out, name)).mtimeMs);
    expect(await prepare(source, out, one)).toMatchObject({ clips: 12, converted: 0 });
    expect(contents(out)).toEqual(before);
    expect(readdirSync(out).map((name) => statSync(join(out, name)).mtimeMs)).toEqual(times);

    writeFileSync(join(source, "word0/00.wav"), wavOf(77, 500));
    writeFileSync(join(source, "silent.wav"), wavOf(78, 501));
    rmSync(join(source, "word1/01.wav"));
    const report = await prepare(source, out, one);
    expect(report).toMatchObject({ clips: 12, converted: 2 });
    const clips = await openClips(out, { rate: RATE });
    const names = Array.from({ length: clips.count }, (_, i) => clips.name(i));
    expect(names).not.toContain("word1/01.wav");
    expect(await clips.read(names.indexOf("word0/00.wav"))).toEqual(clipOf(77, 500));
    expect(await clips.read(names.indexOf("silent.wav"))).toEqual(clipOf(78, 501));
    await clips.close();
  });

  it("takes new labels without decoding anything again", async () => {
    const source = mixed();
    const out = folderOf();
    await prepare(source, out, one);
    expect(await prepare(source, out, { ...one, labelOf: () => "new" })).toMatchObject({ converted: 0 });
    const clips = await openClips(out, { rate: RATE });
    expect(clips.label(0)).toBe("new");
    await clips.close();
  });

  it("continues after a stop at any point, to the same bytes", async () => {
    const source = mixed();
    const straight = folderOf();
    await prepare(source, straight, { ...one, shardBytes: 2000 });
    const expected = contents(straight);
    for (const stopAt of [1, 5, 9, 14]) {
      const out = folderOf();
      const controller = new AbortController();
      await expect(
        prepare(source, out, { ...one, shardBytes: 2000, signal: controller.signal, onProgress: ({ done }) => { if (done >= stopAt) controller.abort(); } }),
      ).rejects.toMatchObject({ code: "JR409", hint: "Run the same command again: it continues from here." });
      await expect(openClips(out, { rate: RATE })).rejects.toMatchObject({ code: "JR404", message: expect.stringContaining("not prepared to the end") as string });
      const rest = await prepare(source, out, { ...one, shardBytes: 2000 });
      expect(rest.converted).toBe(15 - stopAt);
      expect(contents(out)).toEqual(expected);
    }
  });

  it("drops what a kill leaves: samples without a line, half a line, a shard too many", async () => {
    const source = mixed();
    const out = folderOf();
    await prepare(source, out, { ...one, shardBytes: 2000 });
    const expected = contents(out);
    const journal = readFileSync(join(out, "journal.jsonl"), "utf8").split("\n");
    for (const whole of [0, 1, 4, 7, 14]) {
      rmSync(join(out, "index.jsonl"));
      writeFileSync(join(out, "journal.jsonl"), `${journal.slice(0, whole).map((line) => `${line}\n`).join("")}${journal[whole]!.slice(0, 20)}`);
      writeFileSync(join(out, "00004.pcm"), "left over");
      await prepare(source, out, { ...one, shardBytes: 2000 });
      expect(contents(out)).toEqual(expected);
    }
  });

  it("makes again what has gone from the shards", async () => {
    const source = mixed();
    const out = folderOf();
    await prepare(source, out, { ...one, shardBytes: 2000 });
    truncateSync(join(out, "00003.pcm"), 1000);
    const clips = await openClips(out, { rate: RATE });
    await expect(clips.read(11)).rejects.toMatchObject({ reason: "truncated" });
    await clips.close();
    expect(await prepare(source, out, { ...one, shardBytes: 2000 })).toMatchObject({ clips: 12, converted: 2 });
    const mended = await openClips(out, { rate: RATE });
    for (let i = 0; i < mended.count; i++) expect((await mended.read(i)).length).toBe(mended.samples(i));
    await mended.close();
  });

  it.skipIf(!existsSync("/dev/full"))("says so when the disk is full, and continues when it no longer is", async () => {
    const source = mixed();
    for (const full of ["00000.pcm", "index.jsonl.tmp"]) {
      const out = folderOf();
      symlinkSync("/dev/full", join(out, full));
      await expect(prepare(source, out, one)).rejects.toMatchObject({ code: "JR405", message: expect.stringContaining("no space left on the disk") as string, hint: expect.stringContaining("continues") as string });
      rmSync(join(out, full), { force: true });
      expect(await prepare(source, out, one)).toMatchObject({ clips: 12 });
    }
  });

  it("refuses a folder of other settings, other clips, or another kind", async () => {
    const source = mixed();
    const out = folderOf();
    await prepare(source, out, one);
    await expect(prepare(source, out, { rate: 8000 })).rejects.toMatchObject({ code: "JR404", message: expect.stringContaining("prepared at 16000 Hz as s16; asked for are 8000 Hz as s16") as string });
    await expect(prepare(folderOf({ "other.wav": wavOf(1) }), out, one)).rejects.toMatchObject({ code: "JR404", message: expect.stringContaining("from other clips") as string });
    await expect(openClips(out, { rate: 32000 })).rejects.toMatchObject({ code: "JR404", message: expect.stringContaining("the model wants 32000 Hz") as string });
    const file = join(folderOf({ taken: "x" }), "taken");
    await expect(prepare(source, file, one)).rejects.toMatchObject({ code: "JR407" });
    truncateSync(join(out, "index.jsonl"), 500);
    await expect(openClips(out, { rate: RATE })).rejects.toMatchObject({ code: "JR404", message: expect.stringMatching(/16 lines|15 lines expected, \d read/) as string });
  });

  it("leaves a folder alone that another process prepares, unless that process has died", async () => {
    const source = mixed();
    const out = folderOf({ "preparing.lock": String(process.ppid) });
    await expect(prepare(source, out, one)).rejects.toMatchObject({ code: "JR408", message: expect.stringContaining(`by process ${process.ppid} already`) as string });
    expect(readdirSync(out)).toEqual(["preparing.lock"]);
    writeFileSync(join(out, "preparing.lock"), "4194399"); // above the largest process id
    expect(await prepare(source, out, one)).toMatchObject({ clips: 12 });
    expect(readdirSync(out)).toEqual(["00000.pcm", "index.jsonl", "journal.jsonl"]);
  });

  it("refuses a rate no model can mean", async () => {
    for (const rate of [0, -1, NaN, 16000.5, 1e9]) await expect(prepare("x", "y", { rate })).rejects.toMatchObject({ code: "JR406" });
  });

  it("may write inside its own source", async () => {
    const source = mixed();
    const out = join(source, "prepared");
    mkdirSync(out);
    await prepare(source, out, one);
    expect(await prepare(source, out, one)).toMatchObject({ clips: 12, converted: 0 });
  });

  it("takes tar shards too, by content and time", async () => {
    const source = mixed();
    const tars = folderOf();
    execFileSync("tar", ["-c", "-f", join(tars, "a.tar"), "-C", source, "word0", "word1"]);
    const out = folderOf();
    expect(await prepare(tars, out, one)).toMatchObject({ clips: 8, converted: 8 });
    utimesSync(join(tars, "a.tar"), new Date(1e12), new Date(1e12));
    expect(await prepare(tars, out, one)).toMatchObject({ clips: 8, converted: 8 });
  });

  it("says what it found when nothing is usable", async () => {
    const source = folderOf({ "a.txt": "x", "b.txt": "y", "c.wav": "nothing like a wav", "d.wav": encodeWav(new Float32Array(9), RATE) });
    const error = await prepare(source, folderOf(), one).then(() => undefined, (e: Error) => e);
    expect(error).toMatchObject({ code: "JR402" });
    expect(error!.message).toContain("4 files were found (2 .txt, 2 .wav), all unusable: 3 not-audio, 1 silent");
    await expect(prepare(folderOf(), folderOf(), one)).rejects.toMatchObject({ code: "JR402", message: expect.stringContaining("it holds no files") as string });
  });
});

describe("stored samples", () => {
  it("are exact for 16-bit audio, and within half a step of peak/32767 otherwise", () => {
    const sixteen = clipOf(5);
    expect(encodePcm(sixteen, "s16").step).toBe(2 ** -15);
    const loud = Float32Array.from({ length: 1000 }, (_, i) => 3.7 * Math.sin(i / 9));
    const faint = loud.map((value) => value * 1e-4);
    for (const clip of [loud, faint]) {
      const { pcm, step } = encodePcm(clip, "s16");
      const back = decodePcm(pcm, "s16", step);
      const noise = Math.sqrt(back.reduce((sum, value, i) => sum + (value - clip[i]!) ** 2, 0) / 1000);
      const peak = Math.max(...clip);
      expect(20 * Math.log10(noise / peak)).toBeLessThan(-98);
    }
    const { pcm, step } = encodePcm(loud, "f32");
    expect(decodePcm(pcm, "f32", step)).toEqual(loud);
  });
});

const WORKER = new URL("../../../runtime/dist/data/prepare/convert-worker.js", import.meta.url);
describe.skipIf(!existsSync(WORKER))("with worker threads (after a build)", () => {
  it("makes the same bytes as alone", async () => {
    const source = mixed();
    const [alone, together] = [folderOf(), folderOf()];
    await prepare(source, alone, one);
    expect((await prepare(source, together, { rate: RATE, workers: 3 })).workers).toBe(3);
    expect(contents(together)).toEqual(contents(alone));
  });

  it("continues after SIGKILL in the middle", async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${i}.wav`, encodeWav(clipOf(i + 1, 3000), 11025)]));
    const source = folderOf(many);
    const [out, straight] = [folderOf(), folderOf()];
    const module = new URL("../../../runtime/dist/data/prepare/prepare.js", import.meta.url).href;
    const script = `import { prepare } from ${JSON.stringify(module)}; await prepare(${JSON.stringify(source)}, ${JSON.stringify(out)}, { rate: 16000, workers: 2, shardBytes: 1e5, onProgress: ({ done }) => { if (done === 280) process.kill(process.pid, "SIGKILL"); } });`;
    const signal = await new Promise((resolve) => spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" }).on("exit", (_, name) => resolve(name)));
    expect(signal).toBe("SIGKILL");
    const rest = await prepare(source, out, { rate: 16000, workers: 2, shardBytes: 1e5 });
    expect(rest).toMatchObject({ clips: 300 });
    expect(rest.converted).toBeLessThan(100);
    await prepare(source, straight, { rate: 16000, workers: 2, shardBytes: 1e5 });
    expect(contents(out)).toEqual(contents(straight));
    renameSync(straight, `${straight}.moved`); // a prepared folder may be moved
    const moved = await openClips(`${straight}.moved`, { rate: 16000 });
    expect((await moved.read(0)).length).toBe(Math.ceil((3000 * 16000) / 11025));
    await moved.close();
    rmSync(`${straight}.moved`, { recursive: true });
  });
});
