// What a second device brings: clips a second and processor time a clip of one device and of several, each with one
// thread, and how much of the communication is hidden behind computing.
//   node bench/parallel/scaling.mjs [--preset tiny] [--set batch=32] [--devices 2] [--steps 12] [--rounds 3] [--bucket 1048576] [--gradients f16]
// One device computes its batch at once; several compute it in as many passes as there are devices. The two take turns,
// and medians are shown: on a machine with other work the processor time says more than the clock.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createGroup, removeGroup } from "../../runtime/dist/parallel/shared-memory/group-folder.js";
import { build, setting, softwareDevices } from "./setting.mjs";

const { values } = parseArgs({
  options: {
    preset: { type: "string", default: "tiny" }, set: { type: "string", multiple: true, default: [] }, devices: { type: "string", default: "2" },
    steps: { type: "string", default: "12" }, rounds: { type: "string", default: "3" }, bucket: { type: "string", default: String(1 << 20) },
    gradients: { type: "string", default: "f32" },
  },
});
const world = Number(values.devices);
const choices = { preset: values.preset, set: Object.fromEntries(values.set.map((text) => text.split("="))) };
const folder = await setting(choices, 1);
const { config, stats } = build(folder, "whole", choices);
build(folder, "parts", { ...choices, microBatch: config.batch / world });
const env = softwareDevices(folder, world);
const manifests = env.VK_ICD_FILENAMES.split(":");

const results = { one: [], several: [] };
for (let round = 0; round < Number(values.rounds); round++) {
  results.one.push(await run("whole", 1));
  results.several.push(await run("parts", world));
}
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const of = (ranks) => {
  const clips = ranks.reduce((sum, rank) => sum + rank.rows * rank.steps, 0);
  const [first] = ranks;
  const cpu = ranks.reduce((sum, rank) => sum + rank.cpu, 0);
  return { rate: clips / first.seconds, cpu: (1000 * cpu) / clips, exchanging: (1000 * first.exchanging) / first.steps, exposed: (1000 * first.exposed) / first.steps, step: (1000 * first.seconds) / first.steps };
};
const [one, several] = [results.one.map(of), results.several.map(of)];
const pick = (all, name) => median(all.map((result) => result[name]));
console.log(`${values.preset}, batch ${config.batch}, ${Object.values(stats.parameters).reduce((a, b) => a + b, 0).toLocaleString("en-US")} parameters, one thread a device, gradients in ${values.gradients}; medians of ${values.rounds} rounds of ${values.steps} steps`);
console.log(`1 device:  ${pick(one, "rate").toFixed(1)} clips/s, ${pick(one, "cpu").toFixed(2)} ms of processor a clip, ${pick(one, "step").toFixed(1)} ms a step`);
console.log(`${world} devices: ${pick(several, "rate").toFixed(1)} clips/s, ${pick(several, "cpu").toFixed(2)} ms of processor a clip, ${pick(several, "step").toFixed(1)} ms a step`);
console.log(`throughput ${(pick(several, "rate") / pick(one, "rate")).toFixed(2)}x; by processor time ${((world * pick(one, "cpu")) / pick(several, "cpu")).toFixed(2)}x`);
const [exchanging, exposed] = [pick(several, "exchanging"), pick(several, "exposed")];
console.log(`exchanges ${exchanging.toFixed(1)} ms a step, ${exposed.toFixed(1)} ms of it exposed: ${(100 * (1 - exposed / exchanging)).toFixed(0)} % hidden`);
rmSync(folder, { recursive: true });

async function run(name, ranks) {
  const group = createGroup(ranks);
  const outputs = await Promise.all(
    Array.from({ length: ranks }, (_, rank) => {
      const place = { JEPAC_RANK: String(rank), JEPAC_WORLD: String(ranks), JEPAC_GROUP: group, ...env, VK_ICD_FILENAMES: manifests[rank] };
      return command(["scaling-rank.mjs", join(folder, name), values.steps, values.bucket, values.gradients], place);
    }),
  );
  removeGroup(group);
  return JSON.parse(outputs[0]);
}

function command([script, ...args], place) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...args], { env: { ...process.env, ...place }, stdio: ["ignore", "pipe", "pipe"], timeout: 300_000 });
    let [text, err] = ["", ""];
    child.stdout.on("data", (chunk) => (text += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    child.on("close", (code) => (code === 0 ? resolve(text) : reject(new Error(`${script} ended with ${code}: ${err}`))));
  });
}
