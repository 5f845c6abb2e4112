import { lineColumn, type SourceFile } from "../syntax/source.ts";
import type { Label } from "./diagnostic.ts";
import type { Style } from "./style.ts";
import { cellsOf, expandTabs } from "./width.ts";

/** A label cut to one line: cells [from, to) of it, after tabs are expanded. */
interface Mark {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly primary: boolean;
}

interface Line {
  readonly number: number;
  readonly text: string;
  readonly marks: Mark[];
}

/** Lines further apart than this have `...` between them. */
const NEAR = 2;
/** A label over more lines than this shows its first and last only. */
const LONGEST_LABEL = 4;

/** The source lines that the labels of one file touch, with carets under what they mean. The first label is primary. */
export function frame(source: SourceFile, labels: readonly (Label & { readonly primary: boolean })[], gutter: number, style: Style): string[] {
  const lines = new Map<number, Line>();
  const sourceLines = source.text.split("\n").map((line) => line.replace(/\r$/, ""));
  const lineAt = (number: number): Line => {
    const text = sourceLines[number - 1] ?? "";
    const line = lines.get(number) ?? { number, text, marks: [] };
    lines.set(number, line);
    return line;
  };
  for (const label of labels) addMarks(source, label, lineAt);

  const bar = style.faint("|");
  const blank = " ".repeat(gutter);
  const out = [`${blank} ${bar}`];
  let previous = 0;
  for (const line of [...lines.values()].sort((a, b) => a.number - b.number)) {
    if (previous > 0 && line.number > previous + NEAR) out.push(style.faint("...".padStart(gutter)));
    else for (let n = previous + 1; previous > 0 && n < line.number; n++) out.push(numbered(n, sourceLines[n - 1] ?? "", gutter, style));
    out.push(numbered(line.number, line.text, gutter, style));
    for (const row of caretRows(line.marks, style)) out.push(`${blank} ${bar} ${row}`.trimEnd());
    previous = line.number;
  }
  return out;
}

function numbered(number: number, text: string, gutter: number, style: Style): string {
  return `${style.faint(`${String(number).padStart(gutter)} |`)} ${expandTabs(text)}`.trimEnd();
}

function addMarks(source: SourceFile, { span, text, primary }: Label & { readonly primary: boolean }, lineAt: (number: number) => Line): void {
  const first = lineColumn(source, span.start);
  const last = lineColumn(source, Math.max(span.start, span.end - 1));
  for (let number = first.line; number <= last.line; number++) {
    if (last.line - first.line >= LONGEST_LABEL && number > first.line && number < last.line) continue;
    const line = lineAt(number);
    const indent = line.text.length - line.text.trimStart().length;
    const start = number === first.line ? first.column - 1 : indent;
    const end = number === last.line ? last.column - 1 + (span.end > span.start ? 1 : 0) : line.text.length;
    const from = cellsOf(line.text.slice(0, start));
    const to = Math.max(from + 1, cellsOf(line.text.slice(0, end)));
    line.marks.push({ from, to, text: number === last.line ? text : "", primary });
  }
}

/** The rows under a source line: carets (`^` primary, `-` others) with the last label's text, then the other texts. */
function caretRows(marks: readonly Mark[], style: Style): string[] {
  const ordered = [...marks].sort((a, b) => a.from - b.from || a.to - b.to);
  const paint = (mark: Mark, text: string) => (mark.primary ? style.error(text) : style.help(text));
  const last = ordered.at(-1);
  if (last === undefined) return [];

  let carets = "";
  let at = 0;
  for (const mark of ordered) {
    const from = Math.max(mark.from, at);
    if (mark.to <= from) continue;
    carets += " ".repeat(from - at) + paint(mark, (mark.primary ? "^" : "-").repeat(mark.to - from));
    at = mark.to;
  }
  // The last text stands beside the carets; each of the others on a row of its own, under its beginning.
  const rows = [last.text === "" ? carets : `${carets} ${paint(last, last.text)}`];
  for (const mark of ordered.slice(0, -1).toReversed()) {
    if (mark.text !== "") rows.push(" ".repeat(mark.from) + paint(mark, mark.text));
  }
  return rows;
}
