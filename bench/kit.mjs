// jepac on the benchmark's training step (kit/kit.jm): milliseconds, processor time, memory, dispatches.
//   node bench/kit.mjs [--steps 10] [--warmup 3] [--fusion full|none] [--target gpu|software] [--precision f32|f16] [--profile] [--json]
import { parseArgs } from "node:util";
import { openGpu } from "../runtime/dist/index.js";
import { KIT, kitData, kitFlops } from "./kit/data.mjs";
import { countGpuCalls } from "./support/gpu-counters.mjs";
import { kernelTable } from "./support/kernel-table.mjs";
import { measureSteps } from "./support/measure.mjs";
import { compileModel, openSession, targetOf } from "./support/open-model.mjs";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "10" }, warmup: { type: "string", default: "3" }, fusion: { type: "string", default: "full" },
    target: { type: "string" }, precision: { type: "string", default: "f32" }, profile: { type: "boolean", default: false }, json: { type: "boolean", default: false },
  },
});
const counts = countGpuCalls();
const gpu = await openGpu();
const target = values.target ?? targetOf(gpu);
const session = await openSession(compileModel("bench/kit/kit.jm", { fusion: values.fusion, target, precision: values.precision }), gpu);
const { plan } = session;
// Its weights are replaced; the loss scale of f16 is not.
await session.run("init", { step: 0, seed: 0, read: [] }).outputs();
const { pipelines: initPipelines } = counts;
const { weights, x, y } = kitData();
for (const { name, data } of weights) session.writeTensor(name, data);
const inputs = { x, y };

let last;
const step = async (i) => {
  last = { ...counts };
  const { loss } = await session.run("step", { step: i, seed: 0, inputs, read: ["loss"] }).outputs();
  return loss[0];
};
const times = await measureSteps(step, { warmup: Number(values.warmup), steps: Number(values.steps) });
const bytesOf = (kind) => plan.buffers.filter((buffer) => buffer.kind === kind).reduce((sum, { bytes }) => sum + bytes, 0);
const result = {
  peer: "jepac", adapter: `${gpu.info.name}, ${gpu.info.driver}`, ...times,
  dispatches: counts.dispatches - last.dispatches, submits: counts.submits - last.submits, pipelines: counts.pipelines - initPipelines,
  peak_buffer_bytes: counts.peakBufferBytes, arena_bytes: bytesOf("arena"),
};
if (values.json) console.log(JSON.stringify(result));
else {
  console.log(`${result.adapter}; ${KIT.batch} x ${KIT.tokens} tokens, fusion ${values.fusion}, target ${target}, ${values.precision}`);
  console.log(`first step ${times.first_ms.toFixed(0)} ms, then median ${times.step_ms.toFixed(1)} ms (${times.least_ms.toFixed(1)} to ${times.most_ms.toFixed(1)}), ${times.cpu_ms.toFixed(0)} ms of processor time; others kept ${(times.others ?? NaN).toFixed(2)} cores busy`);
  console.log(`${(kitFlops() / 1e6 / times.step_ms).toFixed(1)} GFLOP/s of matrix products (${(kitFlops() / 1e9).toFixed(2)} GFLOP a step), ${((2 * kitFlops()) / 1e6 / times.cpu_ms).toFixed(1)} if two cores were free`);
  console.log(`${result.dispatches} dispatches, ${result.submits} submit, ${result.pipelines} pipelines; buffers ${mib(result.peak_buffer_bytes)} MiB at the peak, the arena ${mib(result.arena_bytes)}`);
  console.log(`losses ${times.losses.slice(0, 6).map((loss) => loss.toFixed(6)).join(" ")}`);
}
if (values.profile) console.log(kernelTable(await session.profile("step", { step: 0, seed: 0, inputs })));
session.dispose();
gpu.destroy();

function mib(bytes) {
  return (bytes / 2 ** 20).toFixed(1);
}
