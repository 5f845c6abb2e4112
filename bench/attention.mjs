// Attention as a chain of products (what `--target software` builds) beside attention as one kernel forward and one
// backward (`--target gpu`): time of a training step on the adapter there is, by its own clock, of the processor and on
// the wall; and of the first step.
//   node bench/attention.mjs [--batch 8] [--tokens 128] [--heads 3] [--channels 64] [--steps 10]
import { parseArgs } from "node:util";
import { openGpu } from "../runtime/dist/index.js";
import { compileModel, openSession } from "./support/open-model.mjs";

const number = (value) => ({ type: "string", default: `${value}` });
const { values } = parseArgs({ options: { batch: number(8), tokens: number(128), heads: number(3), channels: number(64), steps: number(10) } });
const { batch, tokens, heads, channels, steps } = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
const text = `
import { Linear } from "std/layers"
import { AdamW } from "std/optimizers"
model Attend {
  input x: f32[${batch}, ${tokens}, ${3 * heads * channels}]
  net shift = Linear(${3 * heads * channels}, 1)
  train {
    let [q, k, v] = rearrange(x + shift(x), b n (three h k) -> three b h n k, three: 3, h: ${heads})
    minimize mean(square(softmax(q @ transpose(k) / sqrt(${channels})) @ v))
  }
  optimize shift with AdamW(lr: 1e-3)
}
`;
const gpu = await openGpu();
const inputs = { x: Float32Array.from({ length: batch * tokens * 3 * heads * channels }, (_, n) => Math.sin(n * 0.7 + Math.sin(n))) };
const spent = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};
const runs = [];
for (const target of ["software", "gpu"]) {
  const compiled = compileModel("attend.jm", { target }, text);
  const session = await openSession(compiled, gpu);
  session.run("init", { step: 0, seed: 0, read: [] });
  const step = async () => {
    const [cpu, at] = [process.cpuUsage(), performance.now()];
    await session.run("step", { step: 0, seed: 0, inputs, read: ["loss"] }).outputs();
    return { cpu: spent(cpu), wall: performance.now() - at };
  };
  const { plan } = compiled;
  const device = async () => (await session.profile("step", { step: 0, seed: 0, inputs })).reduce((sum, { microseconds }) => sum + microseconds / 1000, 0);
  runs.push({ target, step, device, dispatches: plan.programs.step.dispatches.length, arena: plan.buffers[0].bytes, first: await step(), rest: [] });
}
// In turn, so that what else the machine does falls on both.
for (let i = 0; i < steps; i++) for (const run of runs) run.rest.push(await run.step());
console.log(`${batch} clips, ${tokens} tokens, ${heads} heads of ${channels}, on ${gpu.info.name}`);
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
for (const { target, device, dispatches, arena, first, rest } of runs) {
  const [cpu, wall] = [rest.map((run) => run.cpu), rest.map((run) => run.wall)];
  const times = `device ${(await device()).toFixed(2)} ms, processor ${median(cpu).toFixed(1)} ms (least ${Math.min(...cpu).toFixed(1)}), wall ${median(wall).toFixed(1)} ms (${Math.min(...wall).toFixed(1)})`;
  console.log(`${target.padEnd(8)} ${dispatches} dispatches, ${(arena / 2 ** 20).toFixed(1)} MiB; step: ${times}; first: processor ${first.cpu.toFixed(0)} ms, wall ${first.wall.toFixed(0)} ms`);
}
gpu.destroy();
