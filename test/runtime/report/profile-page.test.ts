import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Profile } from "../../../runtime/profile/profile-build.ts";
import { flameChart } from "../../../runtime/report/flame-chart.ts";
import { renderProfile, writeProfilePage } from "../../../runtime/report/profile-page.ts";
import { rooflineChart } from "../../../runtime/report/roofline-chart.ts";

const folder = mkdtempSync(join(tmpdir(), "profile-"));
afterAll(() => rmSync(folder, { recursive: true }));

const kernel = (name: string, source: string | undefined, milliseconds: number, flops: number, bytes: number) => ({ kernel: name, source, dispatches: 2, milliseconds, share: milliseconds / 10, flops, bytes });
const kernels = [
  kernel("product_matmul", "std/layers.jm:8", 6, 6e9, 6e7),
  kernel("map_add", "std/layers.jm:9", 3, 3e6, 3e7),
  kernel("fold_sum", "m & n.jm:7", 1, 0, 1e7),
];
const profile: Profile = {
  model: "Tiny <1>", program: "step", sizes: { M: 5 }, runMilliseconds: 9, kernelMilliseconds: 10, kernels,
  gpu: { name: "fake-gpu", vendor: "fake", driver: "1.0", backend: "vulkan", software: false, subgroupMinSize: 32, subgroupMaxSize: 32, matrices: [] },
};

describe("the page of a profile", () => {
  it("stands alone and shows each kernel's figures", async () => {
    const out = join(folder, "page.html");
    await writeProfilePage(profile, out);
    const html = readFileSync(out, "utf8");
    expect(html).toBe(renderProfile(profile));
    expect(html).not.toMatch(/(src|href)=|url\(|<script|NaN|undefined|Infinity/);
    for (const text of ["Tiny &#60;1&#62;: a profile of step", "9.00 ms", "10.00 ms in 6 dispatches", "product_matmul", "1.00e+3", "60.0 %"]) expect(html).toContain(text);
  });

  it("draws time as width, each part below what it is a part of", () => {
    const svg = flameChart(kernels, "step");
    const widths = (text: string): number[] => [...svg.matchAll(new RegExp(`<title>${text}: [^<]*</title><rect x="[^"]*" y="(\\d+)" width="([^"]*)"`, "g"))].map(([, , width]) => Number(width));
    expect(widths("step")).toEqual([639]);
    expect(widths("std/layers.jm")).toEqual([575]);
    expect(widths("line 8")).toEqual([383]);
    expect(widths("product_matmul")).toEqual([383]);
    expect(widths("m &#38; n.jm")).toEqual([63]);
    expect(svg).toContain("6.00 ms in 2 dispatches, 1.00e+3 GFLOP/s, 10.0 GB/s");
    expect(flameChart([], "step")).toBe("");
  });

  it("puts kernels under the best rates they reached, and leaves out those that compute nothing", () => {
    const svg = rooflineChart(kernels);
    expect([...svg.matchAll(/<circle/g)]).toHaveLength(2);
    expect(svg).toContain("1.00e+3 GFLOP/s and 10.0 GB/s");
    expect(svg).toContain("product_matmul (std/layers.jm:8): 6.00 ms");
    expect(rooflineChart([kernels[2]!])).toBe("");
  });
});
