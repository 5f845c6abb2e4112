import type { Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { UserError } from "../../errors.ts";
import { ClipProblem, type SkippedClip } from "../clip-problem.ts";
import { sniffFormat, SNIFF_BYTES } from "../formats/sniff.ts";
import { byName, readSpan, systemReason, type ClipFile, type Listing } from "./clip-file.ts";
import { folderLabel, LABELS_FILE, readLabels, type LabelOf } from "./labels.ts";
import { tarClips } from "./tar-clips.ts";

/** Files so named are taken for clips unseen; any other is opened and told by its first bytes. */
const AUDIO_EXTENSIONS = new Set([".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3"]);
const PACKED_EXTENSIONS = new Set([".gz", ".tgz", ".bz2", ".xz", ".zst", ".zip", ".7z", ".rar"]);

/**
 * Lists the clips under `source`: a folder (with all folders below it), a tar, or one audio file. Tars anywhere in
 * the folder are looked into. Hidden files are passed over; symbolic links are followed. A label comes from `labelOf`,
 * else labels.csv, else a tar's sidecar entry, else the folder the clip lies in.
 * Throws UserError JR401 (no such source) or JR403 (labels.csv).
 */
export async function listClips(source: string, labelOf?: LabelOf): Promise<Listing> {
  const top = await stat(source).catch((error: unknown) => {
    throw new UserError("JR401", `cannot read the clips in '${source}': ${systemReason(error)}`, "Give a folder of audio files, a .tar, or a folder that `jepac data prepare` made.");
  });
  const found: { files: ClipFile[]; skipped: SkippedClip[] } = { files: [], skipped: [] };
  const folder = top.isDirectory() ? source : dirname(source);
  if (top.isDirectory()) await visitFolder(source, "", new Set(), found);
  else await visitFile(source, basename(source), top, found);

  const table = await readLabels(folder);
  const files = found.files.sort(byName).map((file) => {
    const label = labelOf?.(file.name) ?? table?.labelOf(file.name) ?? file.label;
    return label === undefined ? file : { ...file, label };
  });
  if (files.length > 0 && top.isDirectory()) table?.check();
  return { files, skipped: found.skipped.sort(byName) };
}

async function visitFolder(folder: string, prefix: string, above: ReadonlySet<string>, found: { files: ClipFile[]; skipped: SkippedClip[] }): Promise<void> {
  const real = await realpath(folder);
  if (above.has(real)) return; // a link back up
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    found.skipped.push({ name: `${prefix}/`, reason: "unreadable", detail: systemReason(error) });
    return;
  }
  const visible = names.filter((name) => !name.startsWith(".") && !(prefix === "" && name === LABELS_FILE));
  for (let i = 0; i < visible.length; i += 32) {
    await Promise.all(
      visible.slice(i, i + 32).map(async (entry) => {
        const path = join(folder, entry);
        const name = prefix === "" ? entry : `${prefix}/${entry}`;
        const info = await stat(path).catch(systemReason);
        if (typeof info === "string") found.skipped.push({ name, reason: "unreadable", detail: info });
        else if (info.isDirectory()) await visitFolder(path, name, new Set([...above, real]), found);
        else await visitFile(path, name, info, found);
      }),
    );
  }
}

async function visitFile(path: string, name: string, info: Stats, found: { files: ClipFile[]; skipped: SkippedClip[] }): Promise<void> {
  try {
    if (!info.isFile()) throw new ClipProblem("unreadable", "not a regular file");
    const mtimeMs = Math.round(info.mtimeMs);
    const extension = extname(path).toLowerCase();
    if (PACKED_EXTENSIONS.has(extension)) throw new ClipProblem("unsupported", "a packed archive: unpack it first (a tar must not be compressed to be read by offset)");
    if (extension === ".tar") {
      const tar = await tarClips(path, name, mtimeMs);
      found.skipped.push(...tar.problems);
      for (const file of tar.files) await admit(file, found);
    } else {
      const label = folderLabel(name);
      const file: ClipFile = { name, path, offset: 0, bytes: info.size, mtimeMs };
      await admit(label === undefined ? file : { ...file, label }, found);
    }
  } catch (error) {
    if (!(error instanceof ClipProblem)) throw error;
    found.skipped.push({ name, reason: error.reason, detail: error.message });
  }
}

async function admit(file: ClipFile, found: { files: ClipFile[]; skipped: SkippedClip[] }): Promise<void> {
  if (file.bytes === 0) {
    found.skipped.push({ name: file.name, reason: "empty", detail: "the file has no bytes" });
  } else if (AUDIO_EXTENSIONS.has(extname(file.name).toLowerCase())) {
    found.files.push(file);
  } else {
    const start = await readSpan(file.path, file.offset, Math.min(SNIFF_BYTES, file.bytes));
    if (sniffFormat(start)) found.files.push(file);
    else found.skipped.push({ name: file.name, reason: "not-audio", detail: "no audio format by its content" });
  }
}
