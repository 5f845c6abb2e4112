import type { WrittenRow } from "./spacing.ts";

/** How much a name, or a line before its comment, may be longer than its neighbours and still be lined up with. */
const CELL_REACH = 6;
const COMMENT_REACH = 40;

/** The rows as one text, with the cells of neighbours and the comments of paragraphs lined up. */
export function aligned(rows: readonly WrittenRow[]): string {
  const lines = rows.map((row) => ({ ...row, text: "" }));
  for (const run of runs(lines, (a, b) => a.key !== "" && a.key === b.key && !b.apart)) {
    const columns = Math.max(...run.map((row) => row.cells.length));
    const reach = columns === 2 && !run[0]!.key.startsWith("import") ? CELL_REACH : Infinity;
    const widths = Array.from({ length: columns }, (_, c) => widthOf(run.flatMap(({ cells }) => (c < cells.length - 1 ? [cells[c]!.length] : [])), reach));
    for (const row of run) row.text = " ".repeat(row.indent) + row.cells.map((cell, c) => cell.padEnd(widths[c] ?? 0)).join(" ").trimEnd();
  }
  for (const paragraph of runs(lines, (a, b) => a.text.trim() !== "" && b.text.trim() !== "" && !b.apart)) {
    const column = widthOf(paragraph.flatMap((row) => (row.comment === undefined ? [] : [row.text.length])), COMMENT_REACH);
    for (const row of paragraph) {
      if (row.comment === undefined) continue;
      row.text = row.text.trim() === "" ? " ".repeat(row.indent) + row.comment : `${row.text.padEnd(column)}  ${row.comment}`;
    }
  }
  return lines.map((row) => `${row.apart ? "\n" : ""}${row.text}\n`).join("");
}

/** A column's width: the longest of its cells that is within reach of the shortest. Longer ones stick out. */
function widthOf(lengths: readonly number[], reach: number): number {
  const shortest = Math.min(...lengths);
  return Math.max(0, ...lengths.filter((length) => length <= shortest + reach));
}

/** Cuts a list into runs of neighbours that belong together. */
function runs<T>(items: readonly T[], together: (a: T, b: T) => boolean): T[][] {
  const result: T[][] = [];
  for (const [i, item] of items.entries()) {
    const before = items[i - 1];
    if (before !== undefined && together(before, item)) result.at(-1)!.push(item);
    else result.push([item]);
  }
  return result;
}
