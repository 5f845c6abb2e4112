import type { ScoredTask } from "../../evaluate/xares/scores.ts";
import { escape, fixed } from "../html.ts";
import { encodePng } from "../png.ts";

const SIDE = 520;
/** Names are written beside the picture where there is room for them. */
const MOST_NAMES = 32;
const LEFT = 110;

/** Which class was taken for which: each row a true class, shares of its samples from white to blue. */
export function confusionFigure(title: string, { classes, answers }: Pick<ScoredTask, "classes" | "answers">): string {
  if (!answers) return "";
  const shares = confusion(classes.length, answers);
  const png = Buffer.from(encodePng(paint(shares, classes.length), classes.length, classes.length)).toString("base64");
  const named = classes.length <= MOST_NAMES;
  const left = named ? LEFT : 0;
  const step = SIDE / classes.length;
  const names = named ? classes.map((name, c) => `<text class="tick" x="${left - 6}" y="${fixed((c + 0.5) * step + 4)}" text-anchor="end">${escape(short(name))}</text>`).join("") : "";
  return `<figure>
<figcaption><strong>${escape(title)}: what the linear probe takes for what</strong> <span>rows are the true classes, columns in the same order the answers; ${escape(worst(classes, answers))}</span></figcaption>
<svg viewBox="0 0 ${left + SIDE} ${SIDE}" role="img" aria-label="confusion of ${escape(title)}">
<image href="data:image/png;base64,${png}" x="${left}" width="${SIDE}" height="${SIDE}" preserveAspectRatio="none" style="image-rendering:pixelated"/>
${names}</svg>
</figure>`;
}

/** f64[classes, classes]: the share of each true class's samples that each class was answered for. */
function confusion(classes: number, { truth, predicted }: NonNullable<ScoredTask["answers"]>): Float64Array {
  const shares = new Float64Array(classes * classes);
  const totals = new Float64Array(classes);
  truth.forEach((label, i) => {
    shares[label * classes + predicted[i]!]!++;
    totals[label]!++;
  });
  return shares.map((count, at) => count / Math.max(1, totals[Math.floor(at / classes)]!));
}

function paint(shares: Float64Array, classes: number): Uint8Array {
  const pixels = new Uint8Array(classes * classes * 3);
  shares.forEach((share, at) => {
    pixels.set([255 - 218 * share, 255 - 156 * share, 255 - 71 * share].map(Math.round), 3 * at);
  });
  return pixels;
}

/** The three commonest mistakes, in words. */
function worst(classes: readonly string[], { truth, predicted }: NonNullable<ScoredTask["answers"]>): string {
  const counts = new Map<string, number>();
  truth.forEach((label, i) => {
    if (label !== predicted[i]) counts.set(`${label} ${predicted[i]}`, (counts.get(`${label} ${predicted[i]}`) ?? 0) + 1);
  });
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 3).map(([pair, count]) => {
    const [from, to] = pair.split(" ").map(Number) as [number, number];
    return `${short(classes[from]!)} for ${short(classes[to]!)} (${count})`;
  });
  return most.length === 0 ? "no mistake" : `most often mistaken: ${most.join(", ")}`;
}

const short = (name: string): string => (name.length > 18 ? `${name.slice(0, 17)}…` : name);
