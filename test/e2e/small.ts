import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Compiled, CompileOptions } from "../../compiler/compile.ts";
import { compileModel } from "../support/session.ts";

const path = "test/e2e/small-jepa.jm";
export const smallText = readFileSync(fileURLToPath(new URL("small-jepa.jm", import.meta.url)), "utf8");

export function compileSmall(options: CompileOptions = {}): Compiled {
  return compileModel(path, options, smallText);
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
