// The cost model of docs/scaling.md: milliseconds of a step on several GPUs, from what was measured and what is assumed.
//   node bench/parallel/predict.mjs [--clip 0.4] [--copy 3.7] [--network 25]
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { clip: { type: "string", default: "0.4" }, copy: { type: "string", default: "3.7" }, network: { type: "string", default: "25" } } });

/** Of models/audio-jepa.jm as published, built with --micro-batch 32: bytes of gradients, and how much of them the last tenth of a pass finishes. */
const GRADIENTS = 385_969_152;
const TAIL = 67_335_168 / GRADIENTS;
/** ms a clip takes on one GPU. Assumed: the middle of the band that a roofline of one H200 gives; not measured. */
const CLIP = Number(values.clip);
/** GB/s at which one core copies or adds. Measured: 64 MiB all-reduced by 2 ranks at 1.87 GB/s is two such passes over it. */
const COPY = Number(values.copy);
/** GB/s between machines, for all ranks of a machine together; of host memory, shared by all ranks; and over PCIe. Assumed. */
const [NETWORK, MEMORY, PCIE] = [Number(values.network), 300, 25];
/** The part of a pass in which gradients come out: most of the backward pass. */
const WINDOW = 0.6;
/** ms that a step has whatever its size: submitting, and two meetings for each bucket of 8 MiB. Measured: 0.1 ms a meeting. */
const LATENCY = (2 * GRADIENTS * 0.1) / (8 * 2 ** 20);

const GB = 1e6; // bytes a millisecond
function step({ machines, gpus, batch, passes = 1 }) {
  const ranks = machines * gpus;
  const compute = (batch / ranks) * CLIP;
  if (ranks === 1) return { compute, exchange: 0, exposed: 0, total: compute };
  // Each rank passes (3 - 2/P) times over its gradients; see runtime/parallel/shared-memory.
  const passesOver = 3 - 2 / ranks;
  const core = (GRADIENTS * passesOver) / (COPY * GB);
  const memory = (2 * gpus * GRADIENTS * passesOver) / (MEMORY * GB);
  const wire = machines === 1 ? 0 : (2 * GRADIENTS * (1 - 1 / machines)) / (NETWORK * GB);
  const exchange = Math.max(core, memory, wire) + (2 * GRADIENTS) / (PCIE * GB) + LATENCY;
  const exposed = Math.max(TAIL * exchange, exchange - (WINDOW * compute) / passes);
  return { compute, exchange, exposed, total: compute + exposed };
}

function table(title, batchOf, passes) {
  console.log(`\n${title}\n| GPUs | batch | compute | exchange | exposed | step | clips/s | efficiency |\n| --- | --- | --- | --- | --- | --- | --- | --- |`);
  for (const [machines, gpus] of [[1, 1], [1, 2], [1, 4], [1, 8], [8, 8], [64, 8]]) {
    const batch = batchOf(machines * gpus);
    const { compute, exchange, exposed, total } = step({ machines, gpus, batch, passes });
    const efficiency = (batch * CLIP) / (machines * gpus) / total;
    const cells = [machines === 1 ? gpus : `${machines} x ${gpus}`, batch, ...[compute, exchange, exposed, total].map((ms) => ms.toFixed(0)), ((1000 * batch) / total).toFixed(0), `${(100 * efficiency).toFixed(0)} %`];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

table("A batch of 2,048, divided (ms)", () => 2048, 1);
table("256 clips a GPU, in one pass (ms)", (gpus) => 256 * gpus, 1);
table("1,024 clips a GPU, in four passes (ms)", (gpus) => 1024 * gpus, 4);
