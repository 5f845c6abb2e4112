// One rank of bench/parallel/scaling.mjs: training steps on made-up clips, timed after the first ones.
import { loadPlan, openGpu, Session } from "../../runtime/dist/index.js";
import { openDevice } from "../../runtime/dist/gpu/devices/devices.js";
import { joinGroup } from "../../runtime/dist/parallel/index.js";
import { ParallelSession } from "../../runtime/dist/parallel/step/parallel-session.js";
import { sharesOf } from "../../runtime/dist/parallel/step/shares.js";

const [folder, steps, bucketBytes, gradients] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4]), process.argv[5]];
const WARM = 3;
const loaded = await loadPlan(folder);
const device = JSON.parse(process.env.JEPAC_DEVICE ?? "null");
const gpu = device === null ? await openGpu() : await openDevice(device);
const session = await Session.open(loaded, gpu);
for (const program of ["init", "step"]) session.prepare(program);
const group = await joinGroup();
const { passes, clips } = loaded.plan.programs.step.phases;
const share = sharesOf(passes, new Array(group.world).fill(1))[group.rank];
const rows = share.count * clips;
const { samples } = loaded.plan.config;
const clip = Float32Array.from({ length: rows * samples }, (_, n) => Math.sin(n * 0.05 + Math.sin(n * 1e-4)) * (1 + (n % 7)));
const inputs = { clip, valid: new Int32Array(rows).fill(samples) };
const parallel = new ParallelSession(session, group, share, { bucketBytes, gradients: group.world === 1 ? "f32" : gradients });
session.run("init", { step: 0, seed: 0, read: [] });

let [began, cpu, before] = [0, process.cpuUsage(), { ...parallel.clock }];
for (let step = 0; step < WARM + steps; step++) {
  if (step === WARM) [began, cpu, before] = [performance.now(), process.cpuUsage(), { ...parallel.clock }];
  await parallel.run("step", { step, seed: 0, inputs, read: ["loss"] }).outputs();
}
const seconds = (performance.now() - began) / 1000;
const used = process.cpuUsage(cpu);
const { exchanging, exposed } = parallel.clock;
const all = await group.gather({
  seconds, steps, rows,
  cpu: (used.user + used.system) / 1e6,
  exchanging: (exchanging - before.exchanging) / 1000,
  exposed: (exposed - before.exposed) / 1000,
});
if (group.rank === 0) process.stdout.write(`${JSON.stringify(all)}\n`);
await group.close();
parallel.dispose();
session.dispose();
gpu.destroy();
