import { lineColumn, type SourceFile } from "../syntax/source.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { frame } from "./frame.ts";
import { plain, type Style } from "./style.ts";

/**
 * A diagnostic as text for a terminal:
 *
 *     error[JM0001]: expected `)`, found `]`
 *      --> models/mine.jm:14:22
 *        |
 *     14 |     let y = exp(x]
 *        |                ^ expected `)`
 *        = note: ...
 *     help: ...
 */
export function renderDiagnostic(diagnostic: Diagnostic, style: Style = plain): string {
  const { code, severity, message, labels, notes, help } = diagnostic;
  const colour = (text: string) => (severity === "error" ? style.error(text) : style.warning(text));
  const out = [`${colour(`${severity}[${code}]`)}${style.strong(`: ${message}`)}`];

  const lastLines = labels.map(({ span }) => lineColumn(span.source, Math.max(span.start, span.end - 1)).line);
  const gutter = Math.max(2, ...lastLines.map((line) => String(line).length));
  const blank = " ".repeat(gutter);
  const marked = labels.map((label, i) => ({ ...label, primary: i === 0 }));
  const sources = new Set<SourceFile>(labels.map((label) => label.span.source));
  for (const source of sources) {
    const here = marked.filter((label) => label.span.source === source);
    const { line, column } = lineColumn(source, here[0]!.span.start);
    const arrow = here[0]!.primary ? "-->" : ":::";
    out.push(`${blank.slice(1)}${style.faint(arrow)} ${source.path}:${line}:${column}`);
    if (source.text !== "") out.push(...frame(source, here, gutter, style));
  }
  for (const note of notes) out.push(`${blank} ${style.faint("=")} ${style.strong("note:")} ${note}`);
  for (const line of help) out.push(`${style.help("help:")} ${line}`);
  return out.join("\n");
}
