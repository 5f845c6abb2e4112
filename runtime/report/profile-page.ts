import { writeAtomic, writeBytes } from "../checkpoint/atomic-write.ts";
import { perSecond } from "../profile/kernel-times.ts";
import type { Profile } from "../profile/profile-build.ts";
import { flameChart } from "./flame-chart.ts";
import { escape } from "./html.ts";
import { htmlPage } from "./page.ts";
import { rooflineChart } from "./roofline-chart.ts";

/** Writes a profile as one self-contained HTML page. */
export async function writeProfilePage(profile: Profile, out: string): Promise<void> {
  await writeAtomic(out, (file) => writeBytes(file, new TextEncoder().encode(renderProfile(profile))));
}

/** The page's HTML: time as a flame chart, rates as a roofline, and both as a table. */
export function renderProfile(profile: Profile): string {
  const { model, program, gpu, runMilliseconds, kernelMilliseconds, kernels } = profile;
  const dispatches = kernels.reduce((sum, kernel) => sum + kernel.dispatches, 0);
  const flops = kernels.reduce((sum, kernel) => sum + kernel.flops, 0);
  return htmlPage({
    title: `${model}: a profile of ${program}`,
    lead: `on ${gpu.name}, ${gpu.driver}`,
    facts: [
      ["a run, median", `${runMilliseconds.toFixed(2)} ms`],
      ["its kernels", `${kernelMilliseconds.toFixed(2)} ms in ${dispatches} dispatches`],
      ["work", `${(flops / 1e9).toPrecision(3)} GFLOP, ${(perSecond(flops, runMilliseconds) ?? 0).toPrecision(3)} GFLOP/s`],
      ...Object.entries(profile.sizes).map(([name, size]) => [name, String(size)] as const),
    ],
    figures: [flameChart(kernels, `${program}: ${kernelMilliseconds.toFixed(1)} ms`), rooflineChart(kernels), kernelTable(profile)],
    foot: "Times are of the device's own clock, of each kernel in a pass of its own. Bytes count each tensor once.",
  });
}

function kernelTable({ kernels }: Profile): string {
  const rows = kernels.map(({ kernel, source, dispatches, milliseconds, share, flops, bytes }) => {
    const cells = [kernel, source ?? "", String(dispatches), milliseconds.toFixed(3), `${(100 * share).toFixed(1)} %`, rate(flops, milliseconds), rate(bytes, milliseconds)];
    return `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`;
  });
  const head = ["kernel", "line", "dispatches", "ms", "share", "GFLOP/s", "GB/s"].map((title) => `<th>${title}</th>`).join("");
  return `<figure><figcaption><strong>Kernels</strong></figcaption><div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${rows.join("\n")}\n</tbody></table></div></figure>`;
}

function rate(amount: number, milliseconds: number): string {
  return perSecond(amount, milliseconds)?.toPrecision(3) ?? "";
}
