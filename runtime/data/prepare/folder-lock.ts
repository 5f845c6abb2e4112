import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../errors.ts";

const LOCK_FILE = "preparing.lock";

/**
 * Runs `work` while no other process of this machine prepares into `folder`: two would overwrite each other's shards.
 * The lock of a process that was killed is taken over. Throws UserError JR408.
 */
export async function whileLocked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, LOCK_FILE);
  if (!(await claim(path))) {
    const owner = Number(await readFile(path, "utf8").catch(() => ""));
    if (isRunning(owner)) {
      throw new UserError("JR408", `'${folder}' is being prepared by process ${owner} already`, `Wait for it to finish. If it is not jepac, delete '${path}'.`);
    }
    await rm(path, { force: true });
    if (!(await claim(path))) throw new UserError("JR408", `'${folder}' is being prepared by another process`, "Wait for it to finish.");
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function claim(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
