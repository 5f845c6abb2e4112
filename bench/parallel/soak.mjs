// Breaks training on two devices at random moments, many times: kill -9, SIGSTOP, loss of a device, on a random rank.
// Each time the run must end within 30 s, say why, and leave a checkpoint from which it goes on to the very numbers of
// a run that was never broken.
//   node bench/parallel/soak.mjs [--times 20] [--steps 40] [--seed 1]
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { losses, pidOfRank, setting, softwareDevices, trainer } from "./setting.mjs";

const { values } = parseArgs({ options: { times: { type: "string", default: "20" }, steps: { type: "string", default: "40" }, seed: { type: "string", default: "1" } } });
const [times, steps] = [Number(values.times), Number(values.steps)];
const LIMIT = 30;
const FAULTS = [
  { name: "kill -9", signal: "SIGKILL", says: /was ended by SIGKILL/ },
  { name: "SIGSTOP", signal: "SIGSTOP", says: /no sign of life|not given a sign of life/ },
  { name: "device loss", signal: "SIGUSR2", says: /was lost/ },
];

let state = Number(values.seed);
const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;

const folder = await setting({ preset: "tiny", microBatch: 4 });
const env = { ...softwareDevices(folder, 2), NODE_OPTIONS: `--import=${fileURLToPath(new URL("device-loss.mjs", import.meta.url))}` };
const args = (run, ...more) => ["--out", join(folder, run), "--steps", String(steps), "--log-every", "1", "--checkpoint-every", "5", "--devices", "2", ...more];
const straight = await trainer(folder, args("straight"), { env });
if (straight.code !== 0) throw new Error(straight.err);
const expected = JSON.stringify(losses(folder, "straight"));

const problems = [];
const delays = { "kill -9": [], SIGSTOP: [], "device loss": [] };
for (let time = 0; time < times; time++) {
  const fault = FAULTS[time % FAULTS.length];
  const rank = Math.floor(random() * 2);
  // At some point of a step after the first, when the shaders are compiled; the pause puts it anywhere within the step.
  const [step, pause] = [2 + Math.floor(random() * (steps - 4)), Math.floor(random() * 200)];
  const run = `run-${time}`;
  let brokenAt = null;
  const broken = await trainer(folder, args(run), {
    env,
    onText(text) {
      if (brokenAt !== null || !new RegExp(`^ *${step}/`, "m").test(text)) return;
      brokenAt = Infinity;
      setTimeout(() => {
        brokenAt = performance.now();
        process.kill(pidOfRank(folder, rank), fault.signal);
      }, pause);
    },
  });
  const seconds = (performance.now() - brokenAt) / 1000;
  const label = `${time + 1}: ${fault.name} of rank ${rank} after step ${step}`;
  delays[fault.name].push(seconds);
  if (broken.code !== 1) problems.push(`${label}: ended with ${broken.code}`);
  if (!fault.says.test(broken.err)) problems.push(`${label}: said ${broken.err}`);
  if (!(seconds < LIMIT)) problems.push(`${label}: took ${seconds.toFixed(1)} s`);
  const left = readdirSync("/dev/shm").filter((name) => name.startsWith("jepac-group-"));
  const resumed = await trainer(folder, args(run, "--resume"), { env });
  const same = resumed.code === 0 && JSON.stringify(losses(folder, run)) === expected;
  if (!same) problems.push(`${label}: resumed to ${resumed.code === 0 ? "other losses" : resumed.err}`);
  console.log(`${label}: ended in ${seconds.toFixed(1)} s, ${same ? "resumed to the same losses" : "NOT resumed"}${left.length > 0 ? `, ${left.length} groups in memory` : ""}`);
  rmSync(join(folder, run), { recursive: true, force: true });
}
for (const [name, all] of Object.entries(delays)) console.log(`${name}: ended within ${Math.max(...all).toFixed(1)} s at most, ${all.length} times`);
console.log(problems.length === 0 ? `${times} faults, no problem` : problems.join("\n"));
rmSync(folder, { recursive: true });
process.exitCode = problems.length > 0 ? 1 : 0;
