// A matrix product on its own, as a model of one export: what is timed where a step would tell too little.
import { kitNoise } from "../kit/data.mjs";
import { median } from "./measure.mjs";
import { compileModel, openSession } from "./open-model.mjs";

/** The text of a model whose `product` multiplies two weights, [m, k] by [k, n], of which `nt` keeps the second and `tn` the first transposed. */
export function productText([m, k, n], form) {
  const [a, b] = [form === "tn" ? [k, m] : [m, k], form === "nt" ? [n, k] : [k, n]];
  return `module Operands() {
  param a: f32[${a.join(", ")}] = zeros()
  param b: f32[${b.join(", ")}] = zeros()
  fn () -> f32[${m}, ${n}] = ${form === "tn" ? "transpose(a)" : "a"} @ ${form === "nt" ? "transpose(b)" : "b"}
}
model Product {
  net operands = Operands()
  train { minimize mean(operands()) }  // every model has something to train
  export fn product() -> f32[${m}, ${n}] = operands()
}
`;
}

/** The three products of a linear layer: forward (the weight is kept [out, in]), and the gradients of its input and its weight. */
export function linearProducts(rows, from, to) {
  return [
    { size: [rows, from, to], form: "nt" },
    { size: [rows, to, from], form: "nn" },
    { size: [to, rows, from], form: "tn" },
  ];
}

const compiled = new Map();

/** Compiled once for all back ends: which of them runs, the device decides. */
function compiledProduct(text, options) {
  const key = JSON.stringify([text, options]);
  if (!compiled.has(key)) compiled.set(key, compileModel("product.jm", options, text));
  return compiled.get(key);
}

/** @returns the device's own milliseconds for a product of noise (zeros would draw less power), and GFLOP/s */
export async function timeProduct(gpu, { size, form }, { options = {}, runs = gpu.info.software ? 3 : 7 } = {}) {
  const session = await openSession(compiledProduct(productText(size, form), options), gpu);
  const [m, k, n] = size;
  session.writeTensor("operands.a", kitNoise(m * k));
  session.writeTensor("operands.b", kitNoise(k * n));
  const times = [];
  for (let run = 0; run <= runs; run++) {
    const dispatches = await session.profile("product", { step: 0, seed: 0 });
    // The first run translates the shaders.
    if (run > 0) times.push(dispatches.reduce((sum, { microseconds }) => sum + microseconds, 0) / 1000);
  }
  session.dispose();
  const milliseconds = median(times);
  return { milliseconds, gflops: (2 * m * k * n) / 1e6 / milliseconds };
}
