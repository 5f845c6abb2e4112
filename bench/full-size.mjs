// The unreduced ViT-B Audio-JEPA, two training steps on whatever device there is; checked against the unfused twin.
//   node bench/full-size.mjs [--batch 4] [--twin]     (--twin also runs every operation as a kernel of its own: slow)
import { parseArgs } from "node:util";
import { openGpu } from "../runtime/dist/index.js";
import { compileModel, openSession } from "./support/open-model.mjs";

const { values } = parseArgs({ options: { batch: { type: "string", default: "4" }, twin: { type: "boolean", default: false }, model: { type: "string", default: "models/audio-jepa.jm" } } });
const losses = await run("full");
if (values.twin) {
  const twin = await run("none");
  losses.forEach((loss, i) => console.log(`step ${i + 1}: fused ${loss}, unfused ${twin[i]}, relative difference ${Math.abs(loss / twin[i] - 1).toExponential(1)}`));
}

async function run(fusion) {
  const started = performance.now();
  const compiled = compileModel(values.model, { set: { batch: values.batch }, fusion });
  const { plan } = compiled;
  console.log(`fusion ${fusion}: compiled in ${seconds(started)} s; parameters ${JSON.stringify(plan.stats.parameters)}; ${plan.programs.step.dispatches.length} dispatches, ${(plan.stats.flops / 1e9).toFixed(0)} GFLOP a step`);
  const gpu = await openGpu();
  const session = await openSession(compiled, gpu);
  session.run("init", { step: 0, seed: 0, read: [] });
  const clip = Float32Array.from({ length: values.batch * 320_000 }, (_, n) => Math.sin(n * 0.05 + Math.sin(n * 1e-4)) * (1 + (n % 7)));
  const valid = new Int32Array(Number(values.batch)).fill(320_000);
  const losses = [];
  for (let step = 0; step < 2; step++) {
    const at = performance.now();
    const { loss, target_std } = await session.run("step", { step, seed: 0, inputs: { clip, valid } }).outputs();
    losses.push(loss[0]);
    console.log(`  step ${step + 1}: loss ${loss[0]}, target_std ${target_std[0]}, ${seconds(at)} s`);
  }
  const planned = plan.stats.peakBytes;
  const held = session.allocatedBytes;
  console.log(`  planned peak ${planned} bytes, allocated ${held} (${((100 * held) / planned - 100).toFixed(2)} % more), resident ${(process.memoryUsage.rss() / 2 ** 30).toFixed(1)} GiB on ${gpu.info.name}`);
  session.dispose();
  gpu.destroy();
  return losses;
}

function seconds(since) {
  return ((performance.now() - since) / 1000).toFixed(1);
}
