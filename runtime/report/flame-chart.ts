import { perSecond, type KernelTime } from "../profile/kernel-times.ts";
import { escape, fixed } from "./html.ts";

const WIDTH = 640;
const ROW = 26;
const GAP = 1;
/** Narrower bars are not labelled; a letter takes about this much. */
const LETTER = 7.2;

interface Bar {
  readonly label: string;
  readonly milliseconds: number;
  readonly detail: string;
  readonly below: readonly Bar[];
}

/** Time as width: all of it, then by file, by line and by kernel, each below what it is a part of. */
export function flameChart(kernels: readonly KernelTime[], whole: string): string {
  const all = bar(whole, kernels, files);
  if (all.milliseconds === 0) return "";
  const scale = WIDTH / all.milliseconds;
  return `<figure>
<figcaption><strong>Where the time goes</strong> <span>files, their lines, and the kernels that came from each; hover for figures</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${4 * ROW}" role="img" aria-label="Where the time goes">
${drawn(all, 0, 0, scale, "var(--soft)").join("\n")}
</svg>
</figure>`;
}

function files(kernels: readonly KernelTime[]): Bar[] {
  return parts(kernels, ({ source }) => source?.replace(/:\d+$/, "") ?? "elsewhere", lines);
}

function lines(kernels: readonly KernelTime[]): Bar[] {
  return parts(kernels, ({ source }) => `line ${/:(\d+)$/.exec(source ?? "")?.[1] ?? "unknown"}`, (own) => parts(own, ({ kernel }) => kernel, () => []));
}

/** Bars by a key, widest first. */
function parts(kernels: readonly KernelTime[], key: (kernel: KernelTime) => string, below: (own: readonly KernelTime[]) => Bar[]): Bar[] {
  const labels = [...new Set(kernels.map(key))];
  return labels.map((label) => bar(label, kernels.filter((kernel) => key(kernel) === label), below)).sort((a, b) => b.milliseconds - a.milliseconds);
}

function bar(label: string, kernels: readonly KernelTime[], below: (own: readonly KernelTime[]) => Bar[]): Bar {
  const total = (of: (kernel: KernelTime) => number): number => kernels.reduce((sum, kernel) => sum + of(kernel), 0);
  const milliseconds = total((kernel) => kernel.milliseconds);
  const rate = (amount: number, unit: string): string => {
    const found = perSecond(amount, milliseconds);
    return found === undefined ? "" : `, ${found.toPrecision(3)} ${unit}/s`;
  };
  const detail = `${milliseconds.toFixed(2)} ms in ${total((kernel) => kernel.dispatches)} dispatches${rate(total(({ flops }) => flops), "GFLOP")}${rate(total(({ bytes }) => bytes), "GB")}`;
  return { label, milliseconds, detail, below: below(kernels) };
}

/** A bar and those below it; each file has a colour, its parts share it. */
function drawn({ label, milliseconds, detail, below }: Bar, x: number, depth: number, scale: number, colour: string): string[] {
  const width = milliseconds * scale;
  const letters = Math.floor((width - 8) / LETTER);
  const shown = letters < 3 ? "" : label.length > letters ? `${label.slice(0, letters - 1)}…` : label;
  const rect = `<g><title>${escape(label)}: ${escape(detail)}</title><rect x="${fixed(x)}" y="${depth * ROW}" width="${fixed(Math.max(width - GAP, 0.2))}" height="${ROW - GAP}" style="fill: ${colour}; opacity: ${depth === 0 ? 0.25 : 0.6 - 0.12 * depth}"/>${shown === "" ? "" : `<text class="tick" style="fill: var(--ink)" x="${fixed(x + 4)}" y="${depth * ROW + 17}">${escape(shown)}</text>`}</g>`;
  let at = x;
  const under = below.flatMap((part, i) => {
    const start = at;
    at += part.milliseconds * scale;
    return drawn(part, start, depth + 1, scale, depth === 0 ? `var(--c${i % 4})` : colour);
  });
  return [rect, ...under];
}
