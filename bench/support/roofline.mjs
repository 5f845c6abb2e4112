// The least time a step could take on a device whose best rates are known (Williams, Waterman and Patterson, 2009).
import { evaluateHost } from "../../runtime/dist/plan/index.js";

/**
 * @param {{ cost?: { flops: unknown, bytes: unknown } }[]} dispatches of a program
 * @param env step, seed and runtime sizes of the run
 * @returns work, and the milliseconds that each dispatch must take at least, summed: by its arithmetic or by its bytes
 */
export function roofline(dispatches, env, { gflops, gigabytes }) {
  let [flops, bytes, milliseconds] = [0, 0, 0];
  for (const { cost } of dispatches) {
    if (cost === undefined) continue;
    const work = evaluateHost(cost.flops, env);
    const moved = evaluateHost(cost.bytes, env);
    flops += work;
    bytes += moved;
    milliseconds += Math.max(work / gflops, moved / gigabytes) / 1e6;
  }
  return { flops, bytes, milliseconds };
}
