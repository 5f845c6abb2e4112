import { compile, type CompileOptions, type Compiled } from "../compiler/compile.ts";
import { renderDiagnostic } from "../compiler/diagnostics/render.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import { readMain, readSource } from "./sources.ts";
import { style } from "./style.ts";

/** Compiles a file and prints every message about it; undefined (and exit code 1) if there were errors. */
export function compileFile(path: string, options: CompileOptions): Compiled | undefined {
  readMain(path);
  const { diagnostics, compiled } = compile(path, readSource, options);
  printDiagnostics(diagnostics);
  return compiled;
}

/** Prints messages and their count, and sets the exit code if one is an error. */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) process.stderr.write(`${renderDiagnostic(diagnostic, style)}\n`);
  const errors = diagnostics.filter((d) => d.severity === "error").length;
  if (errors === 0) return;
  process.exitCode = 1;
  const codes = [...new Set(diagnostics.map((d) => d.code))];
  process.stderr.write(style.faint(`${errors} error${errors === 1 ? "" : "s"}; \`jepac explain ${codes[0] ?? ""}\` says more\n`));
}
