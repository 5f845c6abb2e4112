import type { ScoredTask } from "../../evaluate/xares/scores.ts";
import { escape, fixed } from "../html.ts";

const WIDTH = 640;
const HEIGHT = 360;
const MARGIN = 10;
/** More colours than these cannot be told apart. */
const COLOURS = 12;

/** Test samples on their first two principal axes, coloured by class: the commonest classes; the others are grey. */
export function mapFigure(title: string, { classes, map }: Pick<ScoredTask, "classes" | "map">): string {
  if (!map || map.points.length < 2) return "";
  const x = axis(map.points.map(([value]) => value), MARGIN, WIDTH - MARGIN);
  const y = axis(map.points.map(([, value]) => value), HEIGHT - MARGIN, MARGIN);
  const colours = coloursOf(map.classes);
  const dots = map.points.map(([px, py], i) => `<circle cx="${fixed(x(px))}" cy="${fixed(y(py))}" r="3" fill="${colours.get(map.classes[i]!) ?? "#8888"}"/>`);
  const key = [...colours].map(([label, colour]) => `<span style="color:${colour}">● ${escape(classes[label] ?? "none")}</span>`);
  const share = (value: number): string => `${(100 * value).toFixed(0)} %`;
  return `<figure>
<figcaption><strong>${escape(title)}: a map of the embeddings</strong> <span>${map.points.length} test samples, mean features, first two principal axes (${share(map.shares[0])} and ${share(map.shares[1])} of the variance)</span><br>${key.join(" ")}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="map of ${escape(title)}"><path class="grid" d="M0 0H${WIDTH}V${HEIGHT}H0z"/>
<g opacity=".75">${dots.join("")}</g></svg>
</figure>`;
}

function axis(values: readonly number[], from: number, to: number): (value: number) => number {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return (value) => from + ((value - low) / (high - low || 1)) * (to - from);
}

/** Hues for the commonest classes, in the classes' order. */
function coloursOf(labels: readonly number[]): Map<number, string> {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const shown = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, COLOURS).map(([label]) => label).sort((a, b) => a - b);
  return new Map(shown.map((label, i) => [label, `hsl(${Math.round((360 * i) / shown.length)} 65% ${i % 2 === 0 ? 45 : 58}%)`]));
}
