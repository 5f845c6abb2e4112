import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadPlan, planInMemory } from "../../../runtime/plan/read.ts";
import { SMALL_WGSL, smallConstants, smallPlan } from "./small-plan.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jepac-plan-"));
  writeFileSync(join(dir, "plan.json"), JSON.stringify(smallPlan()));
  writeFileSync(join(dir, "constants.bin"), smallConstants());
  for (const [file, text] of Object.entries(SMALL_WGSL)) writeFileSync(join(dir, file), text);
});
afterEach(() => rmSync(dir, { recursive: true }));

describe("loadPlan", () => {
  it("gives the plan, its constants and its WGSL", async () => {
    const loaded = await loadPlan(dir);
    expect(loaded.plan).toEqual(smallPlan());
    expect(new Uint8Array(loaded.constants)).toEqual(smallConstants());
    expect(loaded.wgsl("total.wgsl")).toBe(SMALL_WGSL["total.wgsl"]);
    expect(loaded.where).toBe(dir);
  });

  it("reads a WGSL file once", async () => {
    const loaded = await loadPlan(dir);
    loaded.wgsl("total.wgsl");
    unlinkSync(join(dir, "total.wgsl"));
    expect(loaded.wgsl("total.wgsl")).toBe(SMALL_WGSL["total.wgsl"]);
  });

  it.each<[string, string, string, () => void]>([
    ["a folder without a plan", "JR201", "plan.json: cannot read the plan (ENOENT)", () => unlinkSync(join(dir, "plan.json"))],
    ["a cut-off plan", "JR202", "plan.json: not valid JSON", () => writeFileSync(join(dir, "plan.json"), '{"format": ')],
    ["a plan that is no plan", "JR203", "plan.json: the plan: expected an object", () => writeFileSync(join(dir, "plan.json"), "7")],
    ["a missing WGSL file", "JR205", "accumulate.wgsl: cannot read this file of the plan (ENOENT)", () => unlinkSync(join(dir, "accumulate.wgsl"))],
    ["missing constants", "JR205", "constants.bin: cannot read this file of the plan (ENOENT)", () => unlinkSync(join(dir, "constants.bin"))],
    ["cut-off constants", "JR205", "constants.bin: expected at least 36 bytes, found 20", () => writeFileSync(join(dir, "constants.bin"), smallConstants().slice(0, 20))],
  ])("names %s", async (_, code, message, damage) => {
    damage();
    await expect(loadPlan(dir)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });
});

describe("planInMemory", () => {
  it("asks for all WGSL and constants", () => {
    expect(planInMemory(smallPlan(), SMALL_WGSL, smallConstants()).wgsl("total.wgsl")).toBe(SMALL_WGSL["total.wgsl"]);
    expect(() => planInMemory(smallPlan(), {}, smallConstants())).toThrow("accumulate.wgsl");
    expect(() => planInMemory(smallPlan(), SMALL_WGSL)).toThrow("expected at least 36 bytes, found 0");
  });
});
