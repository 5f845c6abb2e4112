import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { fileProblem } from "./file-problem.ts";

/**
 * Makes a folder, and those above it that are missing; one that is there is left as it is. Node's own `recursive` says "no such
 * file" of a read-only file system, and never ends in one that refuses new folders (/proc).
 * @throws UserError JR501 disk full, JR504 not allowed, JR506 a file is in the way, JR507 no folder can be made there
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await make(path);
  } catch (error) {
    throw fileProblem(error, "write", path);
  }
}

async function make(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const above = dirname(path);
  if (above !== path) await make(above);
  try {
    await mkdir(path);
  } catch (error) {
    // Another process may have been first.
    if (!(await isFolder(path))) throw error;
  }
}

const isFolder = (path: string): Promise<boolean> => stat(path).then((info) => info.isDirectory(), () => false);
