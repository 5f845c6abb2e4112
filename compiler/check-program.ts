import { check } from "./check/check.ts";
import { DiagnosticBag, type Diagnostic } from "./diagnostics/diagnostic.ts";
import { loadProgram, type ReadSource } from "./program/load.ts";
import type { Program } from "./program/program.ts";

/** Reads, parses and checks a main file with all it imports. `program` is there only without errors. */
export function checkProgram(mainPath: string, read: ReadSource): { diagnostics: readonly Diagnostic[]; program?: Program } {
  const bag = new DiagnosticBag();
  const program = loadProgram(mainPath, read, bag);
  if (program !== undefined) check(program, bag);
  return { diagnostics: bag.all, ...(program === undefined || bag.hasErrors ? {} : { program }) };
}
