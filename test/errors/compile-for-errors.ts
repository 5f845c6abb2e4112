import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DiagnosticBag, type Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { loadProgram } from "../../compiler/program/load.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const models = fileURLToPath(new URL("../../models/", import.meta.url));

/** The texts of this folder and of the standard library. */
export function readCorpus(path: string): string | undefined {
  try {
    return readFileSync((path.startsWith("std/") ? models : here) + path, "utf8");
  } catch {
    return undefined;
  }
}

/** Everything the compiler has to say about a wrong program of this folder. */
export function compileForErrors(path: string): readonly Diagnostic[] {
  const bag = new DiagnosticBag();
  loadProgram(path, readCorpus, bag);
  return bag.all;
}
