// Tables that read well in a terminal and are Markdown.

/** @param {string[]} head @param {string[][]} rows all columns but the first are aligned right */
export function table(head, rows) {
  const widths = head.map((title, i) => Math.max(3, ...[title, ...rows.map((row) => row[i])].map((text) => text.length)));
  const line = (cells) => `| ${cells.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join(" | ")} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** `1,234`, `12.3`, or `-` where there is no number. */
export function number(value, digits = 0) {
  if (value === undefined || Number.isNaN(value)) return "-";
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
