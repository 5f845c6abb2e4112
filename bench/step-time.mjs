// Milliseconds of a training step of a preset, and the kernels that take them.
//   node bench/step-time.mjs [--preset tiny] [--steps 20] [--model models/audio-jepa.jm]
import { parseArgs } from "node:util";
import { openGpu } from "../runtime/dist/index.js";
import { kernelTable } from "./support/kernel-table.mjs";
import { compileModel, openSession, targetOf } from "./support/open-model.mjs";

const { values } = parseArgs({
  options: { preset: { type: "string", default: "tiny" }, steps: { type: "string", default: "20" }, model: { type: "string", default: "models/audio-jepa.jm" } },
});
const gpu = await openGpu();
const session = await openSession(compileModel(values.model, { preset: values.preset, target: targetOf(gpu) }), gpu);
const { plan } = session;
session.run("init", { step: 0, seed: 0, read: [] });
const { batch, samples } = plan.config;
const clip = Float32Array.from({ length: batch * samples }, (_, n) => Math.sin(n * 0.05 + Math.sin(n * 1e-4)) * (1 + (n % 7)));
const inputs = { clip, valid: new Int32Array(batch).fill(samples) };

const times = [];
for (let step = 0; step <= Number(values.steps); step++) {
  const at = performance.now();
  await session.run("step", { step, seed: 0, inputs, read: ["loss"] }).outputs();
  times.push(performance.now() - at);
}
const [first, ...rest] = times;
rest.sort((a, b) => a - b);
const median = rest[Math.floor(rest.length / 2)];
console.log(`${plan.model}, preset ${values.preset}, on ${gpu.info.name}: first step ${first.toFixed(0)} ms, then median ${median.toFixed(1)} ms (${rest[0].toFixed(1)} to ${rest.at(-1).toFixed(1)})`);
console.log(`${(plan.stats.flops / 1e9).toFixed(2)} GFLOP a step: ${(plan.stats.flops / 1e6 / median).toFixed(1)} GFLOP/s; ${((1000 * batch) / median).toFixed(0)} clips/s; ${plan.programs.step.dispatches.length} dispatches`);

console.log(kernelTable(await session.profile("step", { step: 0, seed: 0, inputs }), 12));
session.dispose();
gpu.destroy();
