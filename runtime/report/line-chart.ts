import { escape, fixed } from "./html.ts";
import { smooth, ticks, tickText } from "./scale.ts";

export interface ChartLine {
  readonly name: string;
  readonly points: readonly { readonly step: number; readonly value: number }[];
}

export interface ChartOptions {
  readonly title: string;
  /** What the curve tells, in a sentence. */
  readonly note?: string;
  readonly lines: readonly ChartLine[];
  /** Draws the values faintly and their moving average strongly, for noisy curves. */
  readonly smoothed?: boolean;
  /** Lets the axis begin at 0, where nearness to 0 is what matters. */
  readonly fromZero?: boolean;
}

const WIDTH = 640;
const HEIGHT = 240;
const LEFT = 56;
const RIGHT = 152;
const TOP = 12;
const BOTTOM = 34;

/** A line chart as a figure with one inline SVG; each line is named at its end. Empty text where no line has a point. */
export function lineChart({ title, note, lines, smoothed = false, fromZero = false }: ChartOptions): string {
  const drawn = lines.map((line) => ({ ...line, points: line.points.filter(({ value }) => Number.isFinite(value)) })).filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return "";
  const steps = drawn.flatMap(({ points }) => points.map(({ step }) => step));
  const values = drawn.flatMap(({ points }) => points.map(({ value }) => value));
  const x = axis(steps, LEFT, WIDTH - RIGHT);
  const y = axis(padded(fromZero ? [0, ...values] : values), HEIGHT - BOTTOM, TOP);
  const path = (points: ChartLine["points"]): string => points.map(({ step, value }, i) => `${i === 0 ? "M" : "L"}${fixed(x.at(step))} ${fixed(y.at(value))}`).join("");
  const curves = drawn.map(({ points }, i) => {
    const average = smooth(points.map(({ value }) => value), points.length / 20);
    const main = smoothed ? points.map(({ step }, p) => ({ step, value: average[p]! })) : points;
    return `${smoothed ? `<path class="line faint c${i}" d="${path(points)}"/>` : ""}<path class="line c${i}" d="${path(main)}"/>`;
  });
  return `<figure>
<figcaption><strong>${escape(title)}</strong>${note === undefined ? "" : ` <span>${escape(note)}</span>`}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}">
${y.ticks.map((v) => `<path class="grid" d="M${LEFT} ${fixed(y.at(v))}H${WIDTH - RIGHT}"/><text class="tick" x="${LEFT - 8}" y="${fixed(y.at(v) + 4)}" text-anchor="end">${tickText(v)}</text>`).join("\n")}
${x.ticks.map((v) => `<text class="tick" x="${fixed(x.at(v))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${tickText(v)}</text>`).join("")}
<text class="tick" x="${WIDTH - RIGHT + 28}" y="${HEIGHT - BOTTOM + 18}">step</text>
${curves.join("\n")}
${endLabels(drawn, y)}
</svg>
</figure>`;
}

interface Axis {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** Maps low..high of the values to from..to in the picture. */
function axis(values: readonly number[], from: number, to: number): Axis {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const span = high - low || 1;
  return { ticks: ticks(low, high, 5), at: (value) => from + ((value - low) / span) * (to - from) };
}

/** A flat line gets room around it; any other range is used to the full. */
function padded(values: readonly number[]): number[] {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return high > low ? [low, high] : [low - Math.abs(low || 1) / 2, high + Math.abs(high || 1) / 2];
}

/** Each line's name and last value at its right end, moved apart where they would touch. */
function endLabels(lines: readonly ChartLine[], y: Axis): string {
  let lowest = -Infinity;
  return lines
    .map(({ name, points }, i) => ({ text: `${name} ${tickText(Number(points.at(-1)!.value.toPrecision(4)))}`, i, y: y.at(points.at(-1)!.value) + 4 }))
    .sort((a, b) => a.y - b.y)
    .map((label) => {
      lowest = Math.max(label.y, lowest + 15);
      return `<text class="end c${label.i}" x="${WIDTH - RIGHT + 8}" y="${fixed(lowest)}">${escape(label.text)}</text>`;
    })
    .join("");
}
