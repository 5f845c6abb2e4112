import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { KIT, kitData } from "../../bench/kit/data.mjs";
import { compileModel, sessionOf } from "../support/session.ts";

const SMALL = { batch: 2, tokens: 8, patch: 16, dim: 12, depth: 2, heads: 3 };
/** bench/peers/torch.py on the same numbers, in float64. */
const TORCH = [1.824312996992434, 1.7332168810533373, 1.646478604830529, 1.5647399357221154, 1.488114395261628, 1.4165719779089976];

test("six steps of the benchmark's model, small, give PyTorch's losses", async () => {
  const text = readFileSync(new URL("../../bench/kit/kit.jm", import.meta.url), "utf8");
  const set = Object.fromEntries(Object.entries(SMALL).map(([name, value]) => [name, String(value)]));
  const session = await sessionOf(compileModel("bench/kit/kit.jm", { set }, text));
  const { weights, x, y } = kitData({ ...KIT, ...SMALL });
  for (const { name, data } of weights) session.writeTensor(name, data);
  for (const [step, expected] of TORCH.entries()) {
    const { loss } = await session.run("step", { step, seed: 0, inputs: { x, y } }).outputs();
    expect(Math.abs(loss[0] / expected - 1), `step ${step}`).toBeLessThan(2e-6);
  }
  session.dispose();
});
