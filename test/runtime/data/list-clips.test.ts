import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readClipFile } from "../../../runtime/data/source/clip-file.ts";
import { parseCsv } from "../../../runtime/data/source/labels.ts";
import { listClips } from "../../../runtime/data/source/list-clips.ts";
import { folderOf, wavOf } from "./scratch.ts";

const labels = (files: readonly { name: string; label?: string }[]) => Object.fromEntries(files.map(({ name, label }) => [name, label]));
const reasons = (skipped: readonly { name: string; reason: string }[]) => Object.fromEntries(skipped.map(({ name, reason }) => [name, reason]));

/** Packs `names` of `folder` in this order, as plain `tar` does. */
function tar(folder: string, out: string, names: string[], format = "gnu"): void {
  execFileSync("tar", ["-c", `--format=${format}`, "-f", out, "-C", folder, ...names]);
}

describe("a folder", () => {
  it("lists clips of all depths by name, labelled by their folder", async () => {
    const folder = folderOf({ "yes/b.wav": wavOf(1), "yes/a.WAV": wavOf(2), "no/deep/c.wav": wavOf(3), "top.wav": wavOf(4), "Z.wav": wavOf(5) });
    const { files, skipped } = await listClips(folder);
    expect(files.map(({ name }) => name)).toEqual(["Z.wav", "no/deep/c.wav", "top.wav", "yes/a.WAV", "yes/b.wav"]);
    expect(labels(files)).toEqual({ "Z.wav": undefined, "no/deep/c.wav": "deep", "top.wav": undefined, "yes/a.WAV": "yes", "yes/b.wav": "yes" });
    expect(skipped).toEqual([]);
  });

  it("goes by content where the name says nothing, and names what is no clip", async () => {
    const folder = folderOf({ "sound.bin": wavOf(1), recording: wavOf(2), "notes.txt": "hello", "empty.wav": "", ".hidden.wav": wavOf(3), "old.tar.gz": "x", "fake.tar": "not a tar at all".repeat(50), "image.png": "\x89PNG\r\n" });
    const { files, skipped } = await listClips(folder);
    expect(files.map(({ name }) => name)).toEqual(["recording", "sound.bin"]);
    expect(reasons(skipped)).toEqual({ "notes.txt": "not-audio", "empty.wav": "empty", "old.tar.gz": "unsupported", "fake.tar": "not-audio", "image.png": "not-audio" });
  });

  it("opens no more files at once than a system allows", async () => {
    const folder = folderOf(Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`${i % 20}/${i}.bin`, wavOf(i + 1, 20)])));
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0)), 1);
    const { files } = await listClips(folder);
    const all = await Promise.all(files.map(readClipFile));
    clearInterval(watch);
    expect(all).toHaveLength(400);
    expect(most).toBeLessThan(200);
  });

  it("follows links without going round in circles", async () => {
    const folder = folderOf({ "a/one.wav": wavOf(1) });
    symlinkSync(join(folder, "a"), join(folder, "b"));
    symlinkSync(folder, join(folder, "a/loop"));
    symlinkSync(join(folder, "nowhere"), join(folder, "dead.wav"));
    const { files, skipped } = await listClips(folder);
    expect(files.map(({ name }) => name)).toEqual(["a/one.wav", "b/one.wav"]);
    expect(reasons(skipped)).toEqual({ "dead.wav": "unreadable" });
  });

  it.skipIf(process.getuid?.() === 0)("names what may not be read", async () => {
    const folder = folderOf({ "a.dat": wavOf(1) });
    mkdirSync(join(folder, "closed"));
    chmodSync(join(folder, "closed"), 0);
    chmodSync(join(folder, "a.dat"), 0);
    expect(reasons((await listClips(folder)).skipped)).toEqual({ "closed/": "unreadable", "a.dat": "unreadable" });
  });

  it("may be one file, and says so when there is none", async () => {
    const folder = folderOf({ "one.wav": wavOf(1) });
    expect((await listClips(join(folder, "one.wav"))).files.map(({ name }) => name)).toEqual(["one.wav"]);
    await expect(listClips(join(folder, "two"))).rejects.toMatchObject({ code: "JR401", message: expect.stringContaining("there is no such file") as string });
  });
});

describe("labels", () => {
  it("come from the callback, then labels.csv, then the folder", async () => {
    const folder = folderOf({ "dog/a.wav": wavOf(1), "dog/b.wav": wavOf(2), "dog/c.wav": wavOf(3), "dog/d.wav": wavOf(4), "labels.csv": 'name,label\ndog/a.wav,"bark, loud"\nb,growl\n./dog/c.wav,whine\n' });
    const { files, skipped } = await listClips(folder, (name) => (name.endsWith("c.wav") ? "mine" : undefined));
    expect(labels(files)).toEqual({ "dog/a.wav": "bark, loud", "dog/b.wav": "growl", "dog/c.wav": "mine", "dog/d.wav": "dog" });
    expect(skipped).toEqual([]);
  });

  it("that name no clip are an error", async () => {
    const folder = folderOf({ "a.wav": wavOf(1), "labels.csv": "x.wav,one\ny.wav,two\n" });
    await expect(listClips(folder)).rejects.toMatchObject({ code: "JR403", message: expect.stringMatching(/none of the 2 names in '.*labels.csv' is the name of a clip/) as string });
    const broken = folderOf({ "a.wav": wavOf(1), "labels.csv": "a.wav\n" });
    await expect(listClips(broken)).rejects.toMatchObject({ code: "JR403", message: expect.stringContaining("row 1: expected name,label") as string });
  });

  it("CSV follows RFC 4180", () => {
    expect(parseCsv('\ufeffa,b\r\n"c ""q"", d",\n\n"two\nlines",e')).toEqual([["a", "b"], ['c "q", d', ""], ["two\nlines", "e"]]);
    expect(() => parseCsv('a,b"c\n')).toThrow("stray quote in row 1");
  });
});

describe("tar shards", () => {
  const long = `${"d".repeat(90)}/${"e".repeat(120)}`;
  const entries = { "a.wav": wavOf(1, 300), "b.wav": wavOf(2, 555), "a.json": '{"label": "cat"}', "b.cls": "3\n", "c.wav": wavOf(3), "c.txt": "a bird sings", "speaker/d.x.wav": wavOf(4), [`${long}.wav`]: wavOf(5), "e.json": "{broken", "e.wav": wavOf(6) };
  // One key's entries apart, as alphabetical or directory order may leave them.
  const order = ["a.wav", "b.wav", "c.wav", "b.cls", `${long}.wav`, "a.json", "e.json", "speaker", "e.wav", "c.txt"];

  it.each(["gnu", "pax", "posix"])("gives random access to entries, by key (%s)", async (format) => {
    const folder = folderOf(entries);
    const out = folderOf();
    tar(folder, join(out, "s-000.tar"), order, format);
    const { files, skipped } = await listClips(out);
    expect(skipped).toEqual([]);
    expect(labels(files)).toEqual({ "s-000.tar/a.wav": "cat", "s-000.tar/b.wav": "3", "s-000.tar/c.wav": "a bird sings", "s-000.tar/e.wav": undefined, "s-000.tar/speaker/d.x.wav": "speaker", [`s-000.tar/${long}.wav`]: "d".repeat(90) });
    for (const file of files) {
      expect(await readClipFile(file)).toEqual(new Uint8Array(readFileSync(join(folder, file.name.slice("s-000.tar/".length)))));
    }
  });

  it("reads ustar prefixes and `tar -c .`", async () => {
    const folder = folderOf({ [`${"p".repeat(80)}/${"q".repeat(70)}.wav`]: wavOf(1) });
    const out = folderOf();
    tar(folder, join(out, "u.tar"), ["."], "ustar");
    expect((await listClips(join(out, "u.tar"))).files.map(({ name }) => name)).toEqual([`u.tar/${"p".repeat(80)}/${"q".repeat(70)}.wav`]);
  });

  it("uses what is whole of a truncated or damaged tar", async () => {
    const folder = folderOf({ "a.wav": wavOf(1), "b.wav": wavOf(2), "c.wav": wavOf(3) });
    const out = folderOf();
    const at = (name: string) => join(out, name);
    for (const name of ["cut.tar", "edge.tar", "hurt.tar"]) tar(folder, at(name), ["a.wav", "b.wav", "c.wav"]);
    truncateSync(at("cut.tar"), 512 * 4 + 700); // inside b.wav: each entry is a header and 844 bytes, 3 blocks in all
    truncateSync(at("edge.tar"), 512 * 3 * 2);
    const hurt = readFileSync(at("hurt.tar"));
    hurt[512 * 3 + 2]! ^= 1;
    writeFileSync(at("hurt.tar"), hurt);
    const { files, skipped } = await listClips(out);
    expect(files.map(({ name }) => name)).toEqual(["cut.tar/a.wav", "edge.tar/a.wav", "edge.tar/b.wav", "hurt.tar/a.wav"]);
    expect(skipped.map(({ name, reason, detail }) => `${name}: ${reason}: ${detail}`)).toEqual([
      "cut.tar/b.wav: truncated: its entry ends at byte 2892 of the tar, the tar at 2748",
      "edge.tar: truncated: the tar ends at byte 3072 without its end mark; the 2 entries before are used",
      "hurt.tar: damaged: the tar header at byte 1536 does not match its checksum; the 1 entries before are used",
    ]);
  });

  it("survives any cut", async () => {
    const folder = folderOf(entries);
    const out = folderOf();
    tar(folder, join(out, "t.tar"), order, "pax");
    const whole = readFileSync(join(out, "t.tar"));
    let before = 0;
    for (let size = 0; size < Math.min(whole.length, 9000); size += 257) {
      writeFileSync(join(out, "t.tar"), whole.subarray(0, size));
      const { files, skipped } = await listClips(out);
      expect(files.length).toBeGreaterThanOrEqual(before);
      expect(skipped.length).toBeGreaterThan(0);
      before = files.length;
    }
    expect(before).toBeGreaterThan(2);
  });
});
