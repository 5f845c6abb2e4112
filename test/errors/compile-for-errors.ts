import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile } from "../../compiler/compile.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const models = fileURLToPath(new URL("../../models/", import.meta.url));

/** The texts of this folder and of the standard library. */
function readCorpus(path: string): string | undefined {
  try {
    return readFileSync((path.startsWith("std/") ? models : here) + path, "utf8");
  } catch {
    return undefined;
  }
}

/** Everything the compiler has to say about a wrong program of this folder. */
export function compileForErrors(path: string): readonly Diagnostic[] {
  return compile(path, readCorpus).diagnostics;
}
