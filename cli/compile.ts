import { compile, type CompileOptions, type CompileResult } from "../compiler/compile.ts";
import { printDiagnostics } from "./print-diagnostics.ts";
import { readMain, readSource } from "./sources.ts";

/** Compiles a file and prints every message about it; nothing is compiled (and the exit code 1) if there were errors. */
export function compileFile(path: string, options: CompileOptions): Omit<CompileResult, "diagnostics"> {
  readMain(path);
  const { diagnostics, ...result } = compile(path, readSource, options);
  printDiagnostics(diagnostics);
  return result;
}
