import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "@jepac/runtime";

/** The package's own models: where "std/..." is found. From dist/cli and from cli alike it lies beside package.json. */
function modelsFolder(): string {
  const here = fileURLToPath(new URL(".", import.meta.url));
  return join(here, here.includes(`${join("dist", "cli")}`) ? "../../models" : "../models");
}

/** The file of one of the package's probes. */
export function probeFile(name: string): string {
  return join(modelsFolder(), "probes", `${name}.jm`);
}

/** Reads a `.jm` text for the compiler: "std/x.jm" from the standard library, else a file; undefined if there is none. */
export function readSource(path: string): string | undefined {
  const file = path.startsWith("std/") ? join(modelsFolder(), path) : path;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "EISDIR") throw new UserError("JC003", `${path} is a folder`, "name a .jm file, for example models/audio-jepa.jm");
    throw new UserError("JC002", `${path} cannot be read: ${(error as Error).message}`);
  }
}

/** The text of the file named on the command line. */
export function readMain(path: string): string {
  const text = readSource(path);
  if (text === undefined) throw new UserError("JC001", `there is no file ${path}`, "name a .jm file, for example models/audio-jepa.jm");
  return text;
}
