import type { Score } from "../../evaluate/xares/scores.ts";
import { escape, fixed } from "../html.ts";
import type { SuiteRow, SuiteTable } from "./tables.ts";

const WIDTH = 160;
/** Colours there are for own columns; what is beyond them is in the table alone. */
const COLOURS = 4;

/** A table as a figure: our own scores in colour with their intervals, all of a row on one scale from 0 to 1. */
export function tableFigure({ title, columns, rows }: SuiteTable): string {
  const colours = columns.map(({ published }, c) => (published ? null : `c${(c - columns.findIndex((one) => !one.published)) % COLOURS}`));
  const head = columns.map(({ name, published }, c) => `<th scope="col"${colours[c] === null ? "" : ` class="${colours[c]}"`}>${escape(name)}${published ? "<br><small>published</small>" : ""}</th>`);
  const body = rows.map(
    (row) => `<tr><th scope="row">${escape(row.title)}<br><small>${escape([row.metric, row.domain].filter((part) => part !== "").join(", "))}</small></th>
${row.cells.map((cell) => `<td>${cellText(cell)}</td>`).join("")}<td>${scale(row, colours)}</td><td><small>${escape(row.note)}</small></td></tr>`,
  );
  return `<figure class="wide">
<figcaption><strong>${escape(title)}</strong> <span>95 % intervals: Wilson's for accuracy, bootstrap over clips for the rest; ticks are the published scores</span></figcaption>
<div class="scroll"><table>
<thead><tr><th scope="col">task</th>${head.join("")}<th scope="col">0 to 1</th><th scope="col"></th></tr></thead>
<tbody>
${body.join("\n")}
</tbody>
</table></div>
</figure>`;
}

function cellText(cell: Score | number | null): string {
  if (cell === null) return "";
  return typeof cell === "number" ? cell.toFixed(3) : `<strong>${cell.score.toFixed(3)}</strong><br><small>${cell.low.toFixed(3)}–${cell.high.toFixed(3)}</small>`;
}

function scale({ cells }: SuiteRow, colours: readonly (string | null)[]): string {
  const ticks = cells.map((cell) => (typeof cell === "number" ? `M${fixed(WIDTH * cell)} 6V22` : "")).join("");
  const own = cells.flatMap((cell, c) => (cell === null || typeof cell === "number" ? [] : [{ cell, colour: colours[c]! }]));
  const marks = own.map(({ cell, colour }, i) => {
    const y = fixed((28 * (i + 1)) / (own.length + 1));
    return `<path class="line ${colour}" d="M${fixed(WIDTH * cell.low)} ${y}H${fixed(WIDTH * cell.high)}"/><circle class="dot ${colour}" cx="${fixed(WIDTH * cell.score)}" cy="${y}" r="3.5"/>`;
  });
  return `<svg class="interval" style="width:10rem" viewBox="-6 0 ${WIDTH + 12} 28" aria-hidden="true"><path class="grid" d="M0 14H${WIDTH}"/><path class="tick-mark" stroke="currentColor" opacity=".45" d="${ticks}"/>${marks.join("")}</svg>`;
}
