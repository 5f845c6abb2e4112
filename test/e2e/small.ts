import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Compiled, CompileOptions } from "../../compiler/compile.ts";
import type { HostArray } from "../../runtime/execute/index.ts";
import { compileModel } from "../support/session.ts";

/** Of a clip of the small model. */
export const SAMPLES = 2048;

const path = "test/e2e/small-jepa.jm";
export const smallText = readFileSync(fileURLToPath(new URL("small-jepa.jm", import.meta.url)), "utf8");

export function compileSmall(options: CompileOptions = {}): Compiled {
  return compileModel(path, options, smallText);
}

/** Clips that differ from one another and from step to step; the last is half padding. */
export function smallBatch(step: number, rows = 4): Record<string, HostArray> {
  const clip = Float32Array.from({ length: rows * SAMPLES }, (_, i) => Math.sin((0.01 + 0.003 * Math.floor(i / SAMPLES) + 0.002 * step) * (i % SAMPLES) ** 1.1));
  const valid = Int32Array.from({ length: rows }, (_, row) => (row === rows - 1 ? SAMPLES / 2 : SAMPLES));
  for (let i = (rows - 1) * SAMPLES + SAMPLES / 2; i < rows * SAMPLES; i++) clip[i] = 0;
  return { clip, valid };
}

/** A folder outside the repository from which the runtime can be imported, and nothing else. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "jepac-e2e-"));
  mkdirSync(join(folder, "node_modules", "@jepac"), { recursive: true });
  symlinkSync(fileURLToPath(new URL("../../runtime", import.meta.url)), join(folder, "node_modules", "@jepac", "runtime"));
  return folder;
}

/** Writes a build folder, and gives its path. */
export function writeBuild(folder: string, { files }: Compiled): string {
  for (const [name, content] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}
