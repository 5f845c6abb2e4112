import { open } from "node:fs/promises";
import { ClipProblem, type SkippedClip } from "../clip-problem.ts";
import { withOpenFile } from "./open-limit.ts";

/** Where the bytes of one clip lie: a whole file, or an entry inside a tar. Plain data, so that workers can have it. */
export interface ClipFile {
  /** Path inside the source, with `/`; an entry of a tar is `shard.tar/entry.wav`. Unique in a listing. */
  readonly name: string;
  readonly label?: string;
  /** The file to open, the offset of the clip's first byte in it, and how many bytes it has. */
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
  /** Modification time of the file, ms: with `bytes` it tells whether a prepared clip is still current. */
  readonly mtimeMs: number;
}

/** What a source holds, before anything is decoded. Both lists are in the order of the names. */
export interface Listing {
  readonly files: readonly ClipFile[];
  /** What was seen already to be no clip. */
  readonly skipped: readonly SkippedClip[];
}

const MAX_FILE_BYTES = 2 ** 31 - 1;

/** The clip's bytes, with one open and one read. Throws ClipProblem "unreadable", "truncated" or "too-long". */
export async function readClipFile(file: ClipFile): Promise<Uint8Array> {
  if (file.bytes > MAX_FILE_BYTES) throw new ClipProblem("too-long", `${file.bytes} bytes in one file: cut it into shorter ones`);
  return readSpan(file.path, file.offset, file.bytes);
}

/** `bytes` bytes from `offset`; fewer is "truncated". */
export async function readSpan(path: string, offset: number, bytes: number): Promise<Uint8Array> {
  return withOpenFile(() => readOpened(path, offset, bytes));
}

async function readOpened(path: string, offset: number, bytes: number): Promise<Uint8Array> {
  try {
    const handle = await open(path, "r");
    try {
      const buffer = new Uint8Array(bytes);
      const { bytesRead } = await handle.read(buffer, 0, bytes, offset);
      if (bytesRead < bytes) throw new ClipProblem("truncated", `${bytes} bytes expected at ${offset}, ${bytesRead} are there`);
      return buffer;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof ClipProblem ? error : new ClipProblem("unreadable", systemReason(error));
  }
}

/** "permission denied" rather than a stack trace. */
export function systemReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const known: Record<string, string> = { ENOENT: "there is no such file", EACCES: "permission denied", EPERM: "permission denied", EIO: "the disk reports an error", ELOOP: "symbolic links lead in a circle", EISDIR: "it is a folder" };
  return known[code] ?? (error instanceof Error ? error.message : String(error));
}

/** By code unit, never by locale: the order of clips must not depend on the machine. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
