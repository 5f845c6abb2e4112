import { closeSync, existsSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SLOT_BYTES } from "./layout.ts";

/** Where Linux keeps files in memory. Elsewhere the system's cache of the temporary folder does nearly as well. */
const MEMORY = "/dev/shm";

/**
 * Makes the folder through which the processes of one machine exchange what they compute: files in memory, which any
 * process can write and read at the speed of a copy, and which need nothing installed. Remove it with {@link removeGroup}.
 */
export function createGroup(world: number): string {
  const folder = mkdtempSync(join(roomFor(2 * world * SLOT_BYTES), "jepac-group-"));
  const file = openSync(join(folder, "signals"), "w");
  writeSync(file, new Uint8Array(world * 4));
  closeSync(file);
  return folder;
}

export function removeGroup(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Containers often have a /dev/shm of 64 MiB only. */
function roomFor(bytes: number): string {
  if (!existsSync(MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize > bytes ? MEMORY : tmpdir();
}
