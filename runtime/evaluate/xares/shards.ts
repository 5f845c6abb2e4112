import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { SkippedClip } from "../../data/clip-problem.ts";
import { byName, readSpan, type ClipFile, type Listing } from "../../data/source/clip-file.ts";
import { indexTar, type TarEntry } from "../../data/source/tar-index.ts";

/** One tar of a task, opened: clips with the JSON beside each as its label. */
export interface Shard {
  /** Its file name. */
  readonly name: string;
  readonly listing: Listing;
  /** Changes when the clips, their labels or their places change. */
  readonly digest: string;
}

/** What the suite takes for audio; the content decides how it is read. */
const AUDIO = new Set(["flac", "mp3", "sox", "wav", "m4a", "ogg", "wma"]);

/** The files in a folder that match a pattern in which `*` stands for any text, in order of name. None where there is no folder. */
export async function findShards(folder: string, pattern: string): Promise<string[]> {
  const expression = new RegExp(`^${pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`);
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => expression.test(name)).sort().map((name) => join(folder, name));
}

/**
 * Reads the headers of a WebDataset shard (reference 2.2): `<key>.<audio>` and `<key>.json` belong together, the key
 * being the name up to its first dot. A clip without JSON is skipped, and so is what a fault of the tar makes unreadable.
 */
export async function readShard(path: string, name: string): Promise<Shard> {
  const { entries, problems } = await indexTar(path, name);
  const mtimeMs = await stat(path).then((info) => Math.round(info.mtimeMs), () => 0);
  const sidecars = new Map<string, TarEntry>();
  const clips = new Map<string, TarEntry>();
  for (const entry of entries) {
    const [key, extension] = splitKey(entry.name);
    if (extension === "json") sidecars.set(key, entry);
    else if (AUDIO.has(extension)) clips.set(key, entry);
  }
  const files: ClipFile[] = [];
  const skipped: SkippedClip[] = [...problems];
  for (const [key, clip] of clips) {
    const json = sidecars.get(key);
    const clipName = `${name}/${clip.name}`;
    if (json) files.push({ name: clipName, label: new TextDecoder().decode(await readSpan(path, json.offset, json.bytes)), path, offset: clip.offset, bytes: clip.bytes, mtimeMs });
    else skipped.push({ name: clipName, reason: "damaged", detail: `the shard holds no ${key}.json, which would say what is in it` });
  }
  const hash = createHash("sha256").update(`${mtimeMs}\n`);
  for (const file of files) hash.update(JSON.stringify([file.name, file.label, file.offset, file.bytes]));
  return { name, listing: { files, skipped: skipped.sort(byName) }, digest: hash.digest("hex").slice(0, 16) };
}

function splitKey(entry: string): [key: string, extension: string] {
  const dot = entry.indexOf(".", entry.lastIndexOf("/") + 1);
  return dot < 0 ? [entry, ""] : [entry.slice(0, dot), entry.slice(dot + 1).toLowerCase()];
}
