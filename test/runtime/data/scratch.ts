import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";
import { encodeWav } from "../../../runtime/data/formats/wav-write.ts";

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder with these files, gone after the test. */
export function folderOf(files: Record<string, Uint8Array | string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "jepac-data-"));
  made.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A 16 kHz clip that can be told from others by its first sample, `id`/32768. */
export function clipOf(id: number, samples = 400): Float32Array {
  return Float32Array.from({ length: samples }, (_, i) => (i === 0 ? id : Math.round(3000 * Math.sin(i / (2 + (id % 50))))) / 32768);
}

export function wavOf(id: number, samples = 400): Uint8Array {
  return encodeWav(clipOf(id, samples), 16000);
}
