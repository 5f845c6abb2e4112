import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { count, KIT, kitData, kitFlops, kitWeights } from "../../bench/kit/data.mjs";
import { compileModel } from "../support/session.ts";

const SMALL = { ...KIT, batch: 2, tokens: 8, patch: 16, dim: 12, depth: 2, heads: 3 };

test("the benchmark's weights are those of kit.jm, in name and shape", () => {
  const text = readFileSync(new URL("../../bench/kit/kit.jm", import.meta.url), "utf8");
  const { plan } = compileModel("bench/kit/kit.jm", {}, text);
  const own = plan.tensors.filter(({ role }) => role === "weight").map(({ name, shape }) => [name, shape]);
  expect(new Map(kitWeights().map(({ name, shape }) => [name, shape]))).toEqual(new Map(own));
  expect(kitWeights().reduce((sum, { shape }) => sum + count(shape), 0)).toBe(1_853_760);
  expect(plan.config).toMatchObject({ batch: KIT.batch, tokens: KIT.tokens, patch: KIT.patch, dim: KIT.dim, depth: KIT.depth, heads: KIT.heads });
});

test("a step has 12.28 GFLOP of matrix products", () => {
  expect(kitFlops() / 1e9).toBeCloseTo(12.28, 2);
});

test("the numbers are the same every time, and normal", () => {
  const { weights, x, y } = kitData(SMALL);
  expect(kitData(SMALL).x).toEqual(x);
  expect(x).toHaveLength(2 * 8 * 16);
  expect(y).toHaveLength(2 * 8 * 12);
  const gain = weights.find(({ name }) => name === "encoder.blocks.1.norm2.weight").data;
  expect(gain.reduce((sum, value) => sum + value, 0) / gain.length).toBeCloseTo(1, 0);
  const { x: many } = kitData(KIT);
  const mean = many.reduce((sum, value) => sum + value, 0) / many.length;
  const variance = many.reduce((sum, value) => sum + (value - mean) ** 2, 0) / many.length;
  expect(Math.abs(mean)).toBeLessThan(0.01);
  expect(Math.abs(variance - 1)).toBeLessThan(0.02);
});
