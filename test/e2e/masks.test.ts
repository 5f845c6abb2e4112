import { describe, expect, test } from "vitest";
import { Evaluator } from "../../compiler/graph/evaluate.ts";
import { evaluateHost } from "../../runtime/plan/host-expr.ts";
import { modelOf } from "../support/models.ts";

const TINY = { preset: "tiny", set: { batch: "4" } };

describe("mask sizes (reference 1.9)", () => {
  test("the authors' draw: 51 to 76 visible of 128, mean 63.5", () => {
    const { drawn } = modelOf("models/audio-jepa-official.jm", {});
    expect(drawn.map((d) => d.name)).toEqual(["V"]);
    const counts = Array.from({ length: 20_000 }, (_, step) => evaluateHost(drawn[0]!.draw, { seed: 3, step, sizes: {} }));
    expect(Math.min(...counts)).toBe(51);
    expect(Math.max(...counts)).toBe(76);
    expect(counts.reduce((a, b) => a + b) / counts.length).toBeCloseTo(63.5, 0);
    const share = (k: number): number => counts.filter((c) => c === k).length / counts.length;
    expect(share(60)).toBeGreaterThan(0.033);
    expect(share(60)).toBeLessThan(0.045);
  });

  test("the paper's: 40 to 60 % masked, every count equally likely", () => {
    const { drawn } = modelOf("models/audio-jepa.jm", {});
    const counts = Array.from({ length: 20_000 }, (_, step) => evaluateHost(drawn[0]!.draw, { seed: 3, step, sizes: {} }));
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([51, 77]);
    for (let m = 51; m <= 77; m++) expect(counts.filter((c) => c === m).length).toBeGreaterThan(620);
  });
});

describe("mask places", () => {
  const model = modelOf(
    "models/orders.jm",
    TINY,
    `
import { random_order } from "std/masks"
import { Linear } from "std/layers"
import { SGD } from "std/optimizers"
model Orders {
  net unused = Linear(2, 2)
  train { minimize mean(unused(uniform([2, 2]))) }
  optimize unused with SGD(lr: 0.1)
  export fn order() -> i32[4, 32] = random_order(4, 32)
}`.replace("model Orders {", "model Orders {\n  config batch = 4\n  preset tiny { batch = 4 }"),
  );
  const orderAt = (step: number, seed = 5): number[][] => {
    const { data } = new Evaluator({ seed, step }).value(model.exports[0]!.result);
    return Array.from({ length: 4 }, (_, b) => [...data.slice(b * 32, (b + 1) * 32)]);
  };

  test("every clip has its own permutation, new at every step, the same when replayed", () => {
    const first = orderAt(0);
    for (const order of first) expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, i) => i));
    expect(new Set(first.map(String)).size).toBe(4);
    expect(orderAt(0)).toEqual(first);
    expect(orderAt(1)).not.toEqual(first);
    expect(orderAt(0, 6)).not.toEqual(first);
  });

  test("every token is masked equally often", () => {
    const masked = new Array<number>(32).fill(0);
    const steps = 500;
    for (let step = 0; step < steps; step++) for (const order of orderAt(step)) for (const token of order.slice(16)) masked[token]!++;
    // 2,000 orders, each masks half: binomial, mean 1,000, std 22.4.
    for (const count of masked) expect(Math.abs(count - 1000)).toBeLessThan(5 * 22.4);
  });
});
