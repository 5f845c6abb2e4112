import { lineColumn, type Span } from "../syntax/source.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** Diagnostics as JSON, for editors and scripts: places as 1-based line and column, ends exclusive. */
export function json(diagnostics: readonly Diagnostic[]): string {
  const rows = diagnostics.map(({ code, severity, message, labels, notes, help }) => ({
    code,
    severity,
    message,
    labels: labels.map(({ span, text }) => ({ ...place(span), text })),
    notes,
    help,
  }));
  return JSON.stringify(rows, undefined, 2);
}

function place({ source, start, end }: Span) {
  return { path: source.path, start: { offset: start, ...lineColumn(source, start) }, end: { offset: end, ...lineColumn(source, end) } };
}
