// The frame of a peer's process: its command line, the same counting, waiting and timing as jepac's, one line of JSON.
import { parseArgs } from "node:util";
import { sleepUntil } from "../../runtime/dist/gpu/sleep.js";
import { countGpuCalls } from "../support/gpu-counters.mjs";
import { measureSteps } from "../support/measure.mjs";

const { values } = parseArgs({
  options: { steps: { type: "string", default: "10" }, warmup: { type: "string", default: "3" }, matmul: { type: "string" } },
});

/** The product to time, `[m, k, n]`, or undefined where the training step is asked. */
export const matmulSize = values.matmul?.split("x").map(Number);

/**
 * @param {string} name
 * @param {() => Promise<{ adapter: string, version: string, step: () => Promise<number> }>} open makes the library
 *   ready and gives one step, which ends when all it computes is there, with the loss (or an element of the product)
 */
export async function runPeer(name, open) {
  const counts = countGpuCalls();
  const { adapter, version, step } = await open();
  let before;
  const times = await measureSteps(
    () => {
      before = { ...counts };
      return sleepUntil(step());
    },
    { warmup: Number(values.warmup), steps: Number(values.steps) },
  );
  const result = {
    peer: name, version, adapter, ...times,
    dispatches: counts.dispatches - before.dispatches, submits: counts.submits - before.submits, pipelines: counts.pipelines,
    peak_buffer_bytes: counts.peakBufferBytes,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}

/** A [rows, columns] matrix as [columns, rows]: weights are kept as [out, in], and these libraries multiply from the left. */
export function transposed([rows, columns], data) {
  return Float32Array.from({ length: data.length }, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]);
}
