import { renderDiagnostic } from "../compiler/diagnostics/render.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import { style } from "./style.ts";

/** More at once are not read; a file that is no JM at all has hundreds. */
const MOST = 20;

/** Prints messages and their count, and sets the exit code if one is an error. */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics.slice(0, MOST)) process.stderr.write(`${renderDiagnostic(diagnostic, style)}\n`);
  if (diagnostics.length > MOST) process.stderr.write(style.faint(`and ${diagnostics.length - MOST} more\n`));
  const [first, ...others] = diagnostics.filter((d) => d.severity === "error");
  if (first === undefined) return;
  process.exitCode = 1;
  const count = others.length === 0 ? "1 error" : `${1 + others.length} errors`;
  process.stderr.write(style.faint(`${count}; \`jepac explain ${first.code}\` says more\n`));
}
