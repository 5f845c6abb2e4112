// jepac beside other libraries on one training step (kit/kit.jm): the same adapter, weights, waiting and counting, in
// turn, each in a process of its own.
//   node bench/peers.mjs [--rounds 3] [--steps 5] [--warmup 2] [--patience 30] [--skip tfjs] [--json]
import { join } from "node:path";
import { parseArgs } from "node:util";
import { kitFlops } from "./kit/data.mjs";
import { writeKitData } from "./kit/write-data.mjs";
import { installPeers, pythonWithTorch, quietMachine, root, runForJson } from "./support/processes.mjs";
import { disagreement, MOST_OTHERS, ratiosTo, summarise } from "./support/summary.mjs";
import { number, table } from "./support/table.mjs";

const LOSSES = 6;
/** Six updates in f32 by four libraries agree to rounding; a wrong rule shows at 1e-4. */
const MOST_DISAGREEMENT = 1e-5;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" }, steps: { type: "string", default: "5" }, warmup: { type: "string", default: "2" },
    patience: { type: "string", default: "30" }, skip: { type: "string", multiple: true, default: [] }, json: { type: "boolean", default: false },
  },
});
installPeers();
const python = pythonWithTorch();
const data = join(root, "build", "bench", "kit");
const peers = {
  jepac: [process.execPath, "bench/kit.mjs", "--json"],
  "jax-js": [process.execPath, "bench/peers/jax-js.mjs"],
  tfjs: [process.execPath, "bench/peers/tfjs.mjs"],
  ...(python && { torch: [python, "bench/peers/torch.py", data] }),
};
for (const name of values.skip) delete peers[name];
if (python) writeKitData(data);

const cold = {};
const runs = [];
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, [program, ...args]] of Object.entries(peers)) {
    if (round === 0 && name !== "torch") {
      await quietMachine(Number(values.patience));
      const run = await runForJson(program, [...args, "--warmup", "0", "--steps", "1"], { MESA_SHADER_CACHE_DISABLE: "true" });
      cold[name] = run.first_ms;
    }
    await quietMachine(Number(values.patience));
    const run = await runForJson(program, [...args, "--warmup", values.warmup, "--steps", String(Math.max(Number(values.steps), LOSSES - 1 - Number(values.warmup)))]);
    runs.push(run);
    console.log(`round ${round + 1}: ${name} ${number(run.step_ms, 1)} ms a step (${number(run.cpu_ms)} ms of processor time)${run.others > MOST_OTHERS ? `, disturbed: others kept ${number(run.others, 2)} cores busy` : ""}`);
  }
}

const summaries = summarise(runs);
const ratios = ratiosTo("jepac", summaries);
const cpuRatios = ratiosTo("jepac", summaries, "cpu_ms");
const apart = disagreement(summaries, LOSSES);
const adapters = new Set(summaries.filter(({ peer }) => !peer.startsWith("torch")).map(({ adapter }) => adapter));

const rows = summaries.map((s) => [
  s.version === undefined ? s.peer : `${s.peer} ${s.version}`, number(s.step_ms, 1), s.peer === "jepac" ? "1" : number(ratios[s.peer], 2), number(s.cpu_ms), s.peer === "jepac" ? "1" : number(cpuRatios[s.peer], 2),
  number(kitFlops() / 1e6 / s.step_ms, 1), number(cold[s.peer]), number(s.first_ms), s.peak_buffer_bytes === undefined ? "-" : number(s.peak_buffer_bytes / 2 ** 20, 1),
  number(s.dispatches), number(s.submits), number(s.pipelines), `${s.quiet_rounds}/${s.rounds}`,
]);
console.log(`\nThe training step of kit/kit.jm on ${[...adapters].join(" and ")}${python ? `; PyTorch on ${summaries.find(({ peer }) => peer === "torch")?.adapter}` : ""}\n`);
console.log(table(["library", "ms", "ratio", "CPU ms", "CPU ratio", "GFLOP/s", "first, cold ms", "first, warm ms", "buffers MiB", "dispatches", "submits", "pipelines", "quiet rounds"], rows));
console.log(`\nfirst ${LOSSES} losses apart by at most ${apart.toExponential(1)}: ${summaries[0].losses.slice(0, LOSSES).map((loss) => loss.toFixed(6)).join(" ")}`);
const disturbed = summaries.filter(({ quiet_rounds }) => quiet_rounds === 0).map(({ peer }) => peer);
if (disturbed.length > 0) console.log(`disturbed in every round: ${disturbed.join(", ")}; the CPU ratio says more than the clock's`);
if (adapters.size > 1) console.log("the libraries were given different adapters: the ratios say nothing");
if (values.json) console.log(JSON.stringify({ ratios, cpu_ratios: cpuRatios, disturbed, disagreement: apart, cold_ms: cold, peers: summaries }));
if (!(apart <= MOST_DISAGREEMENT)) {
  console.error(`error: the libraries do not compute the same losses (apart by ${apart.toExponential(1)}, at most ${MOST_DISAGREEMENT})`);
  process.exitCode = 1;
}
