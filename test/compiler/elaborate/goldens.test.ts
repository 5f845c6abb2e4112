import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { gradients } from "../../../compiler/autodiff/gradients.ts";
import { Evaluator } from "../../../compiler/graph/evaluate.ts";
import { ndarray, type NdArray } from "../../../compiler/graph/ndarray.ts";
import { golden } from "../../goldens/read.ts";
import { GOLDEN_CONFIG, goldenText, modelOf } from "../../support/models.ts";

/** The largest difference, relative to the largest expected value. */
function relative(got: ArrayLike<number>, want: ArrayLike<number>): number {
  let scale = 0;
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    scale = Math.max(scale, Math.abs(want[i]!));
    worst = Math.max(worst, Math.abs(got[i]! - want[i]!));
  }
  expect(got.length).toBe(want.length);
  return worst / Math.max(scale, 1e-9);
}

describe.each(["paper", "official"] as const)("%s, in f64 by the reference evaluator", (variant) => {
  test("loss and every gradient of one step are PyTorch's", () => {
    const model = modelOf("models/golden.jm", { set: GOLDEN_CONFIG }, goldenText(variant));
    const want = golden(`step-${variant}`);
    const trained = model.weights.filter((weight) => weight.of === undefined);
    const values = new Map<string, NdArray>();
    for (const { name, shape, of } of model.weights) values.set(name, ndarray("f32", shape, want.floats(of ?? name).data));
    const order = want.ints("input.order");
    values.set("order", ndarray("i32", order.shape, order.data));
    const mel = want.floats("input.log_mel");
    values.set("log_mels", ndarray("f32", mel.shape, mel.data));
    const visible = want.facts.visible!;
    const run = new Evaluator({ values, sizes: variant === "paper" ? { M: 32 - visible } : { V: visible } });

    expect(Math.abs(run.value(model.loss).data[0]! / want.facts.loss! - 1)).toBeLessThan(1e-9);
    const slopes = gradients(model.loss, trained.map((w) => model.builder.weight(w.name, w.shape)), model.builder);
    expect(trained).toHaveLength(59);
    trained.forEach((weight, i) => {
      const expected = want.floats(`grad.${weight.name}`).data;
      // The gradient of the keys' bias is 0 but for rounding; compare it on the scale of the whole bias.
      expect(relative(run.value(slopes[i]!).data, expected), weight.name).toBeLessThan(1e-6);
    });
  });
});

test("the log-mel front end is the reference's", () => {
  const text = readFileSync(new URL("../../../models/audio-jepa.jm", import.meta.url), "utf8").replace(
    "train {",
    "export fn mel(clip: f32[N, samples], valid: i32[N]) -> f32[N, frames, mels] = normalise_audio(clip, valid) |> log_mel(rate, mels, frames)\n  train {",
  );
  const model = modelOf("models/golden.jm", { set: GOLDEN_CONFIG }, text);
  const want = golden("fbank");
  const mel = model.exports.find((fn) => fn.name === "mel")!;
  const values = new Map([
    ["mel.clip", ndarray("f32", [3, 8000], Float64Array.from(want.ints("raw").data, (x) => x / 32767))],
    ["mel.valid", ndarray("i32", [3], want.ints("valid").data.slice(0, 3))],
  ]);
  const [size] = mel.sizes;
  const got = new Evaluator({ values, sizes: { [size!]: 3 } }).value(mel.result);
  expect(got.shape).toEqual([3, 32, 16]);
  const expected = want.floats("log_mel").data;
  for (let i = 0; i < got.data.length; i++) expect(Math.abs(got.data[i]! - expected[i]!)).toBeLessThan(2e-6);
});

test("position tables are the reference's", () => {
  const text = `
import { sincos2d } from "std/positions"
import { SGD } from "std/optimizers"
import { Linear } from "std/layers"
model Tables {
  net unused = Linear(2, 2)
  train { minimize mean(unused(uniform([2, 2]))) }
  optimize unused with SGD(lr: 0.1)
  export fn full() -> f32[128, 768] = sincos2d(16, 8, 768)
  export fn small() -> f32[32, 24] = sincos2d(8, 4, 24)
}`;
  const model = modelOf("models/tables.jm", {}, text);
  const want = golden("positions");
  const table = (name: string): Float64Array => new Evaluator().value(model.exports.find((fn) => fn.name === name)!.result).data;
  expect(relative(table("small"), want.floats("encoder.pos_embed").data)).toBeLessThan(1e-7);
  const rows = want.ints("full.tokens").data;
  const full = table("full");
  const sampled = Float64Array.from({ length: rows.length * 768 }, (_, i) => full[rows[Math.floor(i / 768)]! * 768 + (i % 768)]!);
  expect(relative(sampled, want.floats("full.encoder.pos_embed").data)).toBeLessThan(1e-7);
  // Reference 1.16.
  [0.841471, 0.8152506, 0.7885931, 0.7617204].forEach((x, i) => expect(full[768 + i]).toBeCloseTo(x, 6));
});
