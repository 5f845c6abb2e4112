import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { KIT, kitWeights } from "../../bench/kit/data.mjs";
import { writeKitData, writeMatmulData } from "../../bench/kit/write-data.mjs";
import { measureSteps, median } from "../../bench/support/measure.mjs";
import { runForJson } from "../../bench/support/processes.mjs";

const folder = mkdtempSync(join(tmpdir(), "jepac-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a library's process ends with its figures, or with what went wrong", async () => {
  const said = await runForJson(process.execPath, ["-e", "console.log('warming up'); console.log(JSON.stringify({ step_ms: 3, cold: process.env.COLD }))"], { COLD: "yes" });
  expect(said).toEqual({ step_ms: 3, cold: "yes" });
  await expect(runForJson(process.execPath, ["-e", "console.error('no adapter'); process.exit(3)"])).rejects.toThrow(/ended with 3:\nno adapter/);
});

test("the first step and those that warm up are not timed", async () => {
  const asked = [];
  const { losses, step_ms, least_ms, most_ms, first_ms } = await measureSteps(async (i) => asked.push(i), { warmup: 2, steps: 4 });
  expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(losses).toHaveLength(7);
  expect(least_ms).toBeLessThanOrEqual(step_ms);
  expect(most_ms).toBeGreaterThanOrEqual(step_ms);
  expect(first_ms).toBeGreaterThan(0);
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
});

test("what PyTorch reads is what the others compute with", () => {
  writeKitData(folder);
  writeMatmulData(folder, [2, 3, 4]);
  const bytes = (name) => readFileSync(join(folder, name)).length;
  expect(bytes("weights.bin")).toBe(4 * 1_853_760);
  expect([bytes("a.bin"), bytes("b.bin")]).toEqual([4 * 6, 4 * 12]);
  const { kit, weights } = JSON.parse(readFileSync(join(folder, "kit.json"), "utf8"));
  expect(kit).toEqual(KIT);
  expect(weights).toEqual(kitWeights().map(({ name, shape }) => ({ name, shape })));
});
