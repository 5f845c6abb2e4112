import { renderDiagnostic } from "../compiler/diagnostics/render.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import { style } from "./style.ts";

/** Prints messages and their count, and sets the exit code if one is an error. */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) process.stderr.write(`${renderDiagnostic(diagnostic, style)}\n`);
  const [first, ...others] = diagnostics.filter((d) => d.severity === "error");
  if (first === undefined) return;
  process.exitCode = 1;
  const count = others.length === 0 ? "1 error" : `${1 + others.length} errors`;
  process.stderr.write(style.faint(`${count}; \`jepac explain ${first.code}\` says more\n`));
}
