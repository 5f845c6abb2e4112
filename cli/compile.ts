import { compile, type CompileOptions, type Compiled } from "../compiler/compile.ts";
import { printDiagnostics } from "./print-diagnostics.ts";
import { readMain, readSource } from "./sources.ts";

/** Compiles a file and prints every message about it; undefined (and exit code 1) if there were errors. */
export function compileFile(path: string, options: CompileOptions): Compiled | undefined {
  readMain(path);
  const { diagnostics, compiled } = compile(path, readSource, options);
  printDiagnostics(diagnostics);
  return compiled;
}
