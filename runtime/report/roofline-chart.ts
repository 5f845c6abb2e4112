import { perSecond, type KernelTime } from "../profile/kernel-times.ts";
import { escape, fixed } from "./html.ts";
import { tickText } from "./scale.ts";

const WIDTH = 640;
const HEIGHT = 320;
const LEFT = 56;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 40;
const LARGEST = 16;

interface Point {
  readonly kernel: KernelTime;
  /** FLOP a byte. */
  readonly intensity: number;
  readonly gflops: number;
}

/**
 * Each kernel by what it computes for each byte and how fast it computes, both axes logarithmic (Williams, Waterman and
 * Patterson, 2009). The roofs are the best rates that any of these kernels reached: what the device is known to give.
 */
export function rooflineChart(kernels: readonly KernelTime[]): string {
  const points = kernels.flatMap((kernel): Point[] => {
    const gflops = perSecond(kernel.flops, kernel.milliseconds);
    return gflops === undefined || kernel.bytes === 0 ? [] : [{ kernel, intensity: kernel.flops / kernel.bytes, gflops }];
  });
  if (points.length === 0) return "";
  const peak = Math.max(...points.map(({ gflops }) => gflops));
  const bandwidth = Math.max(...points.map(({ gflops, intensity }) => gflops / intensity));
  const x = logarithmic(points.map(({ intensity }) => intensity), LEFT, WIDTH - RIGHT);
  const y = logarithmic(points.map(({ gflops }) => gflops), HEIGHT - BOTTOM, TOP);
  const ridge = peak / bandwidth;
  const corner = (intensity: number): string => `${fixed(x.at(intensity))} ${fixed(y.at(Math.min(peak, Math.max(y.low, bandwidth * intensity))))}`;
  const turns = [Math.max(x.low, y.low / bandwidth), ridge, x.high].filter((at) => at >= x.low && at <= x.high);
  return `<figure>
<figcaption><strong>Against the device's roof</strong> <span>the roofs are the best rates of this profile, ${peak.toPrecision(3)} GFLOP/s and ${bandwidth.toPrecision(3)} GB/s; a circle's area is its time</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Kernels against the device's roof">
${y.ticks.map((v) => `<path class="grid" d="M${LEFT} ${fixed(y.at(v))}H${WIDTH - RIGHT}"/><text class="tick" x="${LEFT - 8}" y="${fixed(y.at(v) + 4)}" text-anchor="end">${tickText(v)}</text>`).join("\n")}
${x.ticks.map((v) => `<text class="tick" x="${fixed(x.at(v))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${tickText(v)}</text>`).join("")}
<text class="tick" x="${LEFT}" y="${HEIGHT - 4}">FLOP a byte → · GFLOP/s ↑</text>
<path class="grid" style="stroke: var(--soft); stroke-dasharray: 4 4" d="M${turns.map(corner).join("L")}"/>
${points.map((point) => circle(point, x, y)).join("\n")}
</svg>
</figure>`;
}

function circle({ kernel, intensity, gflops }: Point, x: LogAxis, y: LogAxis): string {
  const { kernel: name, source, milliseconds, share, bytes } = kernel;
  const title = `${name}${source === undefined ? "" : ` (${source})`}: ${milliseconds.toFixed(2)} ms, ${gflops.toPrecision(3)} GFLOP/s, ${(bytes / 1e6 / milliseconds).toPrecision(3)} GB/s`;
  return `<circle class="${name.includes("product") ? "c0" : "c1"}" style="opacity: .6" cx="${fixed(x.at(intensity))}" cy="${fixed(y.at(gflops))}" r="${fixed(Math.max(2, LARGEST * Math.sqrt(share)))}"><title>${escape(title)}</title></circle>`;
}

interface LogAxis {
  readonly low: number;
  readonly high: number;
  /** Powers of ten. */
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** Maps values, by their logarithms, to from..to in the picture; the axis begins and ends at powers of ten. */
function logarithmic(values: readonly number[], from: number, to: number): LogAxis {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    low: 10 ** first,
    high: 10 ** last,
    ticks: Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`)),
    at: (value) => from + ((Math.log10(value) - first) / (last - first)) * (to - from),
  };
}
