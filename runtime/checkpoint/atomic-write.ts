import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { fileProblem } from "./file-problem.ts";

export type OpenFile = (path: string, flags: string) => Promise<FileHandle>;

/**
 * Writes a file so that a reader sees the old content or the new, never a part: into `<path>.tmp`, flushed to the
 * disk, then renamed over `path`, then the folder flushed. On any failure the temporary file is removed and an
 * existing file at `path` is as it was.
 */
export async function writeAtomic(path: string, write: (file: FileHandle) => Promise<void>, openFile: OpenFile = open): Promise<void> {
  const partial = `${path}.tmp`;
  try {
    const file = await openFile(partial, "w");
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw fileProblem(error, "write", path);
  }
}

/** Writes all of `bytes`, where the file stands or at `position`, in pieces: one system call takes at most 2 GiB. */
export async function writeBytes(file: FileHandle, bytes: Uint8Array, position?: number): Promise<void> {
  const piece = 64 << 20;
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, Math.min(piece, bytes.length - at), position === undefined ? null : position + at);
    at += bytesWritten;
  }
}

/** Makes a rename survive a power cut. Windows has no such call on folders and refuses it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
