import type { Score } from "../../evaluate/xares/scores.ts";
import { valueOf, type SuiteTable } from "./tables.ts";

/** Three digits, as the paper prints scores. */
const plain = (cell: Score | number | null): string => (cell === null ? "" : valueOf(cell).toFixed(3));
const withInterval = (cell: Score | number | null): string => (cell === null || typeof cell === "number" ? plain(cell) : `${plain(cell)} [${cell.low.toFixed(3)}, ${cell.high.toFixed(3)}]`);

/** A table for the terminal, in columns of the widths they need. */
export function textTable({ title, columns, rows }: SuiteTable): string {
  const head = ["task", ...columns.map(({ name }) => name), ""];
  const body = rows.map((row) => [row.title, ...row.cells.map(withInterval), row.note]);
  const widths = head.map((_, c) => Math.max(...[head, ...body].map((line) => line[c]!.length)));
  const laidOut = [head, ...body].map((line) => line.map((text, c) => (c === 0 ? text.padEnd(widths[c]!) : c === line.length - 1 ? text : text.padStart(widths[c]!))).join("  ").trimEnd());
  return [title, ...laidOut].join("\n");
}

/** A table in Markdown. */
export function markdownTable({ title, columns, rows }: SuiteTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  const head = ["task", "metric", ...columns.map(({ name, published }) => (published ? `${name} (published)` : name)), "note"];
  return [
    `## ${title}`,
    "",
    line(head),
    line(head.map((_, c) => (c > 1 && c < head.length - 1 ? "---:" : "---"))),
    ...rows.map((row) => line([row.title, row.metric, ...row.cells.map(withInterval), row.note])),
    "",
  ].join("\n");
}
