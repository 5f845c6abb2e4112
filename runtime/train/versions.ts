import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a run was made with, for run.json. */
export function versions(): Record<string, string> {
  return {
    node: process.versions.node,
    runtime: packageVersion(dirname(fileURLToPath(import.meta.url))),
    webgpu: packageVersion(dirname(createRequire(import.meta.url).resolve("webgpu"))),
  };
}

/** The version in the nearest package.json at or above a folder. */
function packageVersion(folder: string): string {
  const file = join(folder, "package.json");
  if (existsSync(file)) return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
  return packageVersion(dirname(folder));
}
