// Milliseconds of a training step of a preset, and the kernels that take them.
//   node bench/step-time.mjs [--preset tiny] [--steps 20] [--model models/audio-jepa.jm]
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compile } from "../dist/compiler/compile.js";
import { openGpu, planInMemory, Session } from "../runtime/dist/index.js";

const { values } = parseArgs({
  options: { preset: { type: "string", default: "tiny" }, steps: { type: "string", default: "20" }, model: { type: "string", default: "models/audio-jepa.jm" } },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path) => {
  const file = join(root, "models", path.replace(/^models\//, ""));
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
};
const { compiled } = compile(values.model, read, { preset: values.preset });
const { plan, files } = compiled;
const gpu = await openGpu({});
const session = await Session.open(planInMemory(plan, Object.fromEntries([...files].filter(([name]) => name.endsWith(".wgsl"))), files.get("constants.bin")), gpu);
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

const profile = await session.profile("step", { step: 0, seed: 0, inputs });
const kernels = new Map();
for (const { kernel, microseconds } of profile) {
  const entry = kernels.get(kernel) ?? { count: 0, microseconds: 0 };
  kernels.set(kernel, { count: entry.count + 1, microseconds: entry.microseconds + microseconds });
}
const total = profile.reduce((sum, { microseconds }) => sum + microseconds, 0);
for (const [kernel, { count, microseconds }] of [...kernels].sort((a, b) => b[1].microseconds - a[1].microseconds).slice(0, 12)) {
  console.log(`${((100 * microseconds) / total).toFixed(1).padStart(5)} %  ${(microseconds / 1000).toFixed(2).padStart(8)} ms  ${String(count).padStart(4)} x ${kernel}`);
}
gpu.destroy();
