import { readFileSync } from "node:fs";
import { check } from "../../../compiler/check/check.ts";
import { DiagnosticBag, type Diagnostic } from "../../../compiler/diagnostics/diagnostic.ts";
import { loadProgram } from "../../../compiler/program/load.ts";

const models = new URL("../../../models/", import.meta.url);

/** A file of the standard library. */
export function readModel(path: string): string | undefined {
  try {
    return readFileSync(new URL(path, models), "utf8");
  } catch {
    return undefined;
  }
}

/** All that is said of a text, which need not hold a model; `name` is its path. */
export function checkFragment(name: string, text: string): readonly Diagnostic[] {
  const bag = new DiagnosticBag();
  const program = loadProgram(name, (path) => (path === name ? text : readModel(path)), bag);
  if (program !== undefined) check(program, bag);
  return bag.all.filter((d) => d.code !== "JM0105");
}
