import type { SkippedClip } from "../clip-problem.ts";
import { readSpan, type ClipFile } from "./clip-file.ts";
import { folderLabel } from "./labels.ts";
import { indexTar, type TarEntry } from "./tar-index.ts";

/** Entries that say something of the clip with the same key, most telling first (WebDataset's names). */
const SIDECARS = ["cls", "json", "txt"];
const MAX_SIDECAR = 1 << 20;

/**
 * The clip entries of one WebDataset shard. Entries belong together by key, the path up to the first dot of the
 * file name, wherever they stand in the tar: plain `tar -c` writes them in any order.
 */
export async function tarClips(path: string, name: string, mtimeMs: number): Promise<{ files: ClipFile[]; problems: SkippedClip[] }> {
  const { entries, problems } = await indexTar(path, name);
  const sidecars = new Map<string, TarEntry>();
  const clips: TarEntry[] = [];
  for (const entry of entries) {
    const [key, extension] = splitKey(entry.name);
    if (SIDECARS.includes(extension)) sidecars.set(`${key}.${extension}`, entry);
    else if (!entry.name.split("/").at(-1)?.startsWith(".")) clips.push(entry);
  }
  const files = new Map<string, ClipFile>();
  for (const entry of clips) {
    const label = (await sidecarLabel(path, splitKey(entry.name)[0], sidecars)) ?? folderLabel(entry.name);
    const file: ClipFile = { name: `${name}/${entry.name}`, path, offset: entry.offset, bytes: entry.bytes, mtimeMs };
    // A later entry of the same name replaces the earlier one, as when a tar is unpacked.
    files.set(file.name, label === undefined ? file : { ...file, label });
  }
  return { files: [...files.values()], problems };
}

function splitKey(entry: string): [key: string, extension: string] {
  const start = entry.lastIndexOf("/") + 1;
  const dot = entry.indexOf(".", start + 1);
  return dot < 0 ? [entry, ""] : [entry.slice(0, dot), entry.slice(dot + 1).toLowerCase()];
}

async function sidecarLabel(path: string, key: string, sidecars: ReadonlyMap<string, TarEntry>): Promise<string | undefined> {
  for (const extension of SIDECARS) {
    const entry = sidecars.get(`${key}.${extension}`);
    if (!entry || entry.bytes > MAX_SIDECAR) continue;
    const content = new TextDecoder().decode(await readSpan(path, entry.offset, entry.bytes)).trim();
    const label = extension === "json" ? jsonLabel(content) : content;
    if (label) return label;
  }
  return undefined;
}

/** The "label" (or "cls") of a JSON object; JSON that is broken or says nothing of it gives no label. */
function jsonLabel(content: string): string | undefined {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== "object" || value === null) return undefined;
    const fields = value as Record<string, unknown>;
    const label = fields["label"] ?? fields["cls"];
    return typeof label === "string" || typeof label === "number" ? String(label) : undefined;
  } catch {
    return undefined;
  }
}
