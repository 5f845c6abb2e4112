import { rmSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { profileBuild } from "../../../runtime/profile/profile-build.ts";
import { compileSmall, scratch, smallText, writeBuild } from "../../e2e/small.ts";

const folder = scratch();
afterAll(() => rmSync(folder, { recursive: true }));
const compiled = compileSmall();
const buildDir = writeBuild(folder, compiled);

describe("a profile of a build", () => {
  it("has every dispatch of the step, the line of each, and what it does", async () => {
    const { model, kernels, kernelMilliseconds, runMilliseconds, sizes } = await profileBuild({ buildDir, runs: 2 });
    expect(model).toBe("SmallJepa");
    expect(kernels.reduce((sum, { dispatches }) => sum + dispatches, 0)).toBe(compiled.plan.programs["step"]!.dispatches.length);
    expect(kernels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0)).toBe(kernelMilliseconds);
    expect(runMilliseconds).toBeGreaterThan(0);
    expect(sizes["M"]).toBeGreaterThanOrEqual(3);
    const lines = smallText.split("\n");
    const own = kernels.flatMap(({ source }) => (source?.startsWith("test/e2e/small-jepa.jm:") ? [Number(source.split(":")[1])] : []));
    expect(own.length).toBeGreaterThan(0);
    for (const line of own) expect(lines[line - 1]).toMatch(/\S/);
    // The products of `embedding`, forward and backward by its weight: 32 rows of 256 by 16.
    const products = kernels.filter(({ kernel, source }) => kernel.startsWith("product") && source === "std/layers.jm:8");
    expect(products.reduce((sum, { flops }) => sum + flops, 0)).toBeGreaterThan(2 * 2 * 32 * 256 * 16);
    for (const { bytes } of kernels) expect(bytes).toBeGreaterThan(0);
  });

  it("takes exported programs at their largest", async () => {
    const { sizes, kernels } = await profileBuild({ buildDir, program: "embed", runs: 1 });
    expect(sizes).toEqual({ N: 4 });
    expect(kernels.length).toBeGreaterThan(0);
  });

  it("refuses a program that is not there", async () => {
    await expect(profileBuild({ buildDir, program: "embde" })).rejects.toMatchObject({ code: "JR301" });
  });
});
