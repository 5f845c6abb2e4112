import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ClipLoader } from "../../../runtime/data/clip-loader.ts";
import type { ClipSource } from "../../../runtime/data/clip-source.ts";
import { DecodedClips } from "../../../runtime/data/decoded-clips.ts";
import { encodeWav } from "../../../runtime/data/formats/wav-write.ts";
import { openClips } from "../../../runtime/data/open-clips.ts";
import { prepare } from "../../../runtime/data/prepare/prepare.ts";
import { listClips } from "../../../runtime/data/source/list-clips.ts";
import { writeSyntheticClips } from "../../../runtime/data/synthetic.ts";
import { clipOf, folderOf, wavOf } from "./scratch.ts";

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));

describe("openClips", () => {
  it("gives the same clips from a folder, a tar and a prepared folder", async () => {
    const files = { "s/a.flac": fixture("sine-24bit-22k.flac"), "s/b.ogg": fixture("sine-vorbis-44k.ogg"), "s/c.opus": fixture("sine-44k.opus"), "s/d.mp3": fixture("sine-lame-44k.mp3"), "s/e.wav": wavOf(3) };
    const folder = folderOf(files);
    const tars = folderOf();
    execFileSync("tar", ["-c", "-f", join(tars, "s.tar"), "-C", folder, "s"]);
    const prepared = folderOf();
    await prepare(folder, prepared, { rate: 16000, workers: 1, encoding: "f32" });
    const sources = await Promise.all([folder, tars, join(tars, "s.tar"), prepared].map((path) => openClips(path, { rate: 16000 })));
    for (const clips of sources) {
      expect(clips.count).toBe(5);
      for (let i = 0; i < 5; i++) {
        expect(clips.name(i).replace(/^s\.tar\//, "")).toBe(Object.keys(files)[i]);
        expect(clips.label(i)).toBe("s");
        const clip = await clips.read(i);
        expect(clip).toEqual(await sources[0]!.read(i));
        expect(clip.length).toBe(i === 4 ? 400 : 4800); // 0.3 s, at whatever rate it was
      }
    }
    await Promise.all(sources.map((clips) => clips.close()));
  });

  it("trains around bad files of every kind, without a NaN", async () => {
    const flac = fixture("sine-24bit-22k.flac");
    const float = (values: number[]) => {
      const wav = encodeWav(new Float32Array(values.length * 2), 16000);
      new DataView(wav.buffer).setUint16(20, 3, true);
      new DataView(wav.buffer).setUint16(32, 4, true);
      new DataView(wav.buffer).setUint16(34, 32, true);
      wav.set(new Uint8Array(Float32Array.from(values).buffer), 44);
      return wav;
    };
    const folder = folderOf({
      "good1.wav": wavOf(1), "good2.flac": flac, "good3.wav": wavOf(3, 2000),
      "truncated.wav": wavOf(1).subarray(0, 300), "truncated.flac": flac.subarray(0, 5000), "empty.wav": "", "no-samples.wav": wavOf(1, 0),
      "silent.wav": encodeWav(new Float32Array(500), 16000), "constant.wav": encodeWav(new Float32Array(500).fill(0.3), 16000),
      "nan.wav": float([0.1, NaN, 0.2]), "text.wav": "this is not audio", "noise.mp3": new Uint8Array(3000).map((_, i) => i * i * 31), "notes.txt": "x",
    });
    const clips = await openClips(folder, { rate: 16000 });
    const loader = new ClipLoader(clips, { batch: 4, samples: 1000, seed: 1 });
    for (let step = 0; step < 12; step++) {
      const { clip, names, valid } = await loader.batch(step);
      expect(clip.every(Number.isFinite)).toBe(true);
      for (const name of names) expect(name).toMatch(/^good/);
      valid.forEach((length, row) => expect(clip.subarray(row * 1000, row * 1000 + length).some((value) => value !== 0)).toBe(true));
    }
    const all = [...clips.skipped, ...loader.skipped].map(({ name, reason }) => `${name}: ${reason}`).sort();
    expect(all).toEqual([
      "constant.wav: silent", "empty.wav: empty", "nan.wav: non-finite", "no-samples.wav: empty", "noise.mp3: not-audio", "notes.txt: not-audio",
      "silent.wav: silent", "text.wav: not-audio", "truncated.flac: truncated", "truncated.wav: truncated",
    ]);
  });

  it("refuses a folder with nothing usable, saying what is there", async () => {
    const folder = folderOf({ "a.wav": "not audio", "b.wav": encodeWav(new Float32Array(50), 16000), "c.txt": "x" });
    const error = await openClips(folder, { rate: 16000 }).then(() => undefined, (e: Error) => e);
    expect(error).toMatchObject({ code: "JR402" });
    expect(error!.message.replace(folder, "DIR")).toBe(
      ["no usable clip in 'DIR': 3 files were found (2 .wav, 1 .txt), all unusable: 2 not-audio, 1 silent",
        "  a.wav: not-audio (not WAV, FLAC, Ogg (Vorbis, Opus, FLAC) or MP3 by its content)",
        "  b.wav: silent (all 50 samples are 0.00)",
        "  c.txt: not-audio (no audio format by its content)"].join("\n"));
  });

  it("keeps no more decoded clips than it may", async () => {
    const folder = folderOf(Object.fromEntries([0, 1, 2, 3].map((i) => [`${i}.wav`, wavOf(i + 1)])));
    const clips = new DecodedClips(await listClips(folder), 16000, 2 * 1600);
    for (const i of [0, 1, 0, 2]) await clips.read(i);
    // A clip in memory has a known length; 1 was used longest ago.
    expect([0, 1, 2, 3].map((i) => clips.samples(i))).toEqual([400, undefined, 400, undefined]);
    expect(await clips.read(1)).toEqual(clipOf(2));
  });

  it("names a file that goes away while training", async () => {
    const folder = folderOf({ "a.wav": wavOf(1), "b.wav": wavOf(2) });
    const clips = await openClips(folder, { rate: 16000 });
    rmSync(join(folder, "b.wav"));
    const loader = new ClipLoader(clips, { batch: 2, samples: 10, seed: 0 });
    expect((await loader.batch(0)).names).toEqual(["a.wav", "a.wav"]);
    expect(loader.skipped).toEqual([{ name: "b.wav", reason: "unreadable", detail: "there is no such file" }]);
  });
});

describe("writeSyntheticClips", () => {
  it("writes the same labelled clips every time, wav and flac", async () => {
    const [a, b, c] = [folderOf(), folderOf(), folderOf()];
    const options = { count: 24, classes: 8, seconds: 0.5, seed: 3 };
    const written = await writeSyntheticClips(a, options);
    await writeSyntheticClips(b, options);
    await writeSyntheticClips(c, { ...options, seed: 4 });
    expect(written.filter(({ file }) => file.endsWith(".flac"))).toHaveLength(8);
    const [one, two, other] = await Promise.all([a, b, c].map((folder) => openClips(folder, { rate: 16000 })));
    expect(one!.count).toBe(24);
    const labels = new Map<string, number>();
    for (let i = 0; i < 24; i++) {
      const clip = await one!.read(i);
      expect(clip).toHaveLength(8000);
      expect(clip).toEqual(await two!.read(i));
      expect(clip).not.toEqual(await other!.read(i));
      expect(Math.max(...clip)).toBeGreaterThan(0.03);
      expect(Math.max(...clip)).toBeLessThan(1);
      labels.set(one!.label(i)!, (labels.get(one!.label(i)!) ?? 0) + 1);
    }
    expect(written.map(({ label }) => label).slice(0, 8)).toEqual(["chirp-up", "chirp-down", "harmonic", "clicks", "am-noise", "band-noise", "two-tone", "siren"]);
    expect([...labels.values()]).toEqual(new Array(8).fill(3));
  });

  it("makes chirps that rise and fall", async () => {
    const folder = folderOf();
    await writeSyntheticClips(folder, { count: 16, classes: 2, seed: 1 });
    const clips = await openClips(folder, { rate: 16000 });
    for (let i = 0; i < 16; i++) {
      const clip = await clips.read(i);
      const loud = [...clip.keys()].filter((k) => Math.abs(clip[k]!) > 0.03);
      const [start, end] = [loud[0]! + 200, loud.at(-1)! - 200];
      const crossings = (from: number, to: number) => clip.subarray(from, to).reduce((n, v, k) => n + (k > 0 && v * clip[from + k - 1]! < 0 ? 1 : 0), 0);
      const rise = crossings(end - 1500, end) - crossings(start, start + 1500);
      expect(Math.sign(rise), `${clips.name(i)}`).toBe(clips.label(i) === "chirp-up" ? 1 : -1);
    }
  });

  it("refuses more classes than there are", async () => {
    await expect(writeSyntheticClips(folderOf(), { count: 1, classes: 9 })).rejects.toMatchObject({ code: "JR406" });
  });
});

// 3,000 real recordings, where they lie beside the checkout.
const FSDD = new URL("../../../../shared/data/fsdd.tar.gz", import.meta.url);
describe.skipIf(!existsSync(FSDD))("the free spoken digit dataset", () => {
  it("decodes whole, from files and from its tar", async () => {
    const folder = mkdtempSync(join(tmpdir(), "jepac-fsdd-"));
    try {
      execFileSync("tar", ["-xzf", FSDD.pathname, "-C", folder]);
      const digit = (name: string) => /(\d)_[a-z]+_\d+\.wav$/.exec(name)?.[1];
      const clips = await openClips(folder, { rate: 16000, labelOf: digit });
      const labels = new Set<string | undefined>();
      const lengths = await decodeAll(clips, (i) => labels.add(clips.label(i)));
      expect(clips.count).toBe(3000);
      expect(labels.size).toBe(10);
      await clips.close();

      execFileSync("tar", ["-c", "-f", join(folder, "all.tar"), "-C", folder, "--exclude=all.tar", "."]);
      const shard = await openClips(join(folder, "all.tar"), { rate: 16000 });
      expect(shard.count).toBe(3000);
      for (const i of [0, 1234, 2999]) expect((await shard.read(i)).length).toBe(lengths.get(shard.name(i).replace("all.tar/", "")));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

async function decodeAll(clips: ClipSource, each: (index: number) => void): Promise<Map<string, number>> {
  const lengths = new Map<string, number>();
  for (let i = 0; i < clips.count; i++) {
    const clip = await clips.read(i);
    expect(clip.length).toBeGreaterThan(1000);
    lengths.set(clips.name(i), clip.length);
    each(i);
  }
  return lengths;
}
