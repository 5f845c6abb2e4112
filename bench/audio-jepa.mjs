// The Audio-JEPA step itself: the `small` preset on a processor that plays GPU, the published size at batch 256 on a GPU;
// its speed beside the best that this device was seen to do.
//   node bench/audio-jepa.mjs [--preset small] [--batch 256] [--steps 10] [--precision f32] [--json]
import { parseArgs } from "node:util";
import { openGpu } from "../runtime/dist/index.js";
import { syntheticInputs } from "../runtime/dist/profile/synthetic-inputs.js";
import { timeMemory } from "./support/bandwidth.mjs";
import { countGpuCalls } from "./support/gpu-counters.mjs";
import { compileModel, openSession, targetOf } from "./support/open-model.mjs";
import { linearProducts, timeProduct } from "./support/product.mjs";
import { roofline } from "./support/roofline.mjs";
import { number, table } from "./support/table.mjs";

/** Steps of the paper's run. */
const PAPER_STEPS = 100_000;

const { values } = parseArgs({
  options: {
    preset: { type: "string" }, batch: { type: "string" }, steps: { type: "string" }, precision: { type: "string", default: "f32" }, json: { type: "boolean", default: false },
  },
});
const counts = countGpuCalls();
const gpu = await openGpu();
const { software } = gpu.info;
const preset = values.preset ?? (software ? "small" : "base");
const steps = Number(values.steps ?? (software ? 5 : 20));
const options = { precision: values.precision };
const compiled = compileModel("models/audio-jepa.jm", { preset, target: targetOf(gpu), ...(values.batch && { set: { batch: values.batch } }), ...options });
const { plan } = compiled;

const peak = await bestRates();
const atPeaks = counts.bufferBytes;
counts.peakBufferBytes = atPeaks;
const session = await openSession(compiled, gpu);
session.run("init", { step: 0, seed: 0, read: [] });
const { inputs } = plan.programs.step;
const filled = syntheticInputs(inputs, session.describeRun("step", { step: 0, seed: 0 }).inputs);
const submit = (step, read) => session.run("step", { step, seed: 0, inputs: filled, read });

let at = performance.now();
await submit(0, ["loss"]).outputs();
const firstMs = performance.now() - at;
await submit(1, []).outputs();
const before = { ...counts };
at = performance.now();
let last;
for (let step = 2; step < 2 + steps; step++) {
  await session.room();
  last = submit(step, ["loss"]);
}
const { loss } = await last.outputs();
const stepMs = (performance.now() - at) / steps;

// Masks are drawn anew each step, and with them the work.
const work = { flops: 0, bytes: 0, milliseconds: 0 };
for (let step = 2; step < 2 + steps; step++) {
  const { sizes } = session.describeRun("step", { step, seed: 0 });
  const part = roofline(plan.programs.step.dispatches, { step, seed: 0, sizes }, peak);
  for (const name of Object.keys(work)) work[name] += part[name] / steps;
}
const { batch } = plan.config;
const result = {
  model: plan.model, preset, precision: values.precision, adapter: `${gpu.info.name}, ${gpu.info.driver}`, batch,
  step_ms: stepMs, first_ms: firstMs, clips_per_second: (1000 * batch) / stepMs, tflops: work.flops / 1e9 / stepMs,
  peak_gflops: peak.gflops, peak_gigabytes: peak.gigabytes, of_peak: work.flops / 1e6 / stepMs / peak.gflops, roofline_ms: work.milliseconds, of_roofline: work.milliseconds / stepMs,
  dispatches: (counts.dispatches - before.dispatches) / steps, peak_buffer_bytes: counts.peakBufferBytes - atPeaks, planned_bytes: plan.stats.peakBytes, loss: loss[0],
};
console.log(`\n${plan.model}, preset ${preset}, batch ${batch}, ${values.precision}, on ${result.adapter}\n`);
console.log(table(["what", "figure"], [
  ["a step, mean of those in flight", `${number(stepMs, 1)} ms`],
  ["first step, shaders translated or cached", `${number(firstMs)} ms`],
  ["clips a second", number(result.clips_per_second, 1)],
  ["work a step", `${number(work.flops / 1e9, 1)} GFLOP, ${number(work.bytes / 2 ** 30, 2)} GiB moved at the least`],
  ["rate", `${number(work.flops / 1e6 / stepMs, 1)} GFLOP/s`],
  ["best rates seen here", `${number(peak.gflops, 1)} GFLOP/s in a product, ${number(peak.gigabytes, 1)} GB/s`],
  ["of the best product's rate", `${number(100 * result.of_peak, 1)} %`],
  ["of the roofline's least time", `${number(100 * result.of_roofline, 1)} % (${number(work.milliseconds, 1)} ms)`],
  ["dispatches a step", number(result.dispatches)],
  ["buffers at the peak", `${number(result.peak_buffer_bytes / 2 ** 20)} MiB (planned ${number(plan.stats.peakBytes / 2 ** 20)})`],
  ...(preset === "base" && batch === 256 ? [["the paper's 100,000 steps", `${number((PAPER_STEPS * stepMs) / 3.6e6, 2)} hours`]] : []),
]));
if (!Number.isFinite(loss[0])) throw new Error(`the loss after ${steps} steps is ${loss[0]}`);
session.dispose();
gpu.destroy();
if (values.json) console.log(JSON.stringify(result));

/** The best product of some sizes that suit the device, and memory's rate. */
async function bestRates() {
  const products = software ? [...linearProducts(512, 512, 512), ...linearProducts(1024, 192, 768)] : [...linearProducts(4096, 4096, 4096), ...linearProducts(16_384, 768, 3072)];
  let gflops = 0;
  for (const product of products) gflops = Math.max(gflops, (await timeProduct(gpu, product, { options })).gflops);
  return { gflops, gigabytes: await timeMemory(gpu) };
}
