import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AREA_BYTES, SIGNALS_BYTES } from "./layout.ts";

/** Where Linux keeps files in memory. Elsewhere the system's cache of the temporary folder does nearly as well. */
const MEMORY = "/dev/shm";

/**
 * Makes the folder through which the processes of one machine exchange what they compute: files in memory, which any
 * process can write and read at the speed of a copy, and which need nothing installed. Remove it with {@link removeGroup}.
 */
export function createGroup(world: number): string {
  const folder = mkdtempSync(join(roomFor(SIGNALS_BYTES + world * AREA_BYTES), "jepac-group-"));
  // With their bytes, not holes: where there is no room for them it shows here, as an error.
  writeFileSync(signalsPath(folder), new Uint8Array(SIGNALS_BYTES));
  for (let rank = 0; rank < world; rank++) writeFileSync(areaPath(folder, rank), new Uint8Array(AREA_BYTES));
  return folder;
}

/** The file in which ranks tell each other how far they are. */
export function signalsPath(folder: string): string {
  return join(folder, "signals");
}

/** The file of what a rank offers to the others. */
export function areaPath(folder: string, rank: number): string {
  return join(folder, `area-${rank}`);
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
