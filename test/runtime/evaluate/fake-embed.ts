import { portShape } from "../../../runtime/execute/sizes.ts";
import type { PlanSession } from "../../../runtime/train/session.ts";
import { tinyPlan } from "../train/tiny-plan.ts";

/**
 * A session whose `embed` gives, for each of the 4 tokens of a window of 8 samples, [its two samples' sum, valid].
 * Runs are recorded by their number of rows.
 */
export function fakeEmbed(plan = tinyPlan()): PlanSession & { runs: number[] } {
  const runs: number[] = [];
  return {
    runs,
    run(program, { sizes = {}, inputs = {} }) {
      const clip = inputs["clip"] as Float32Array;
      const valid = inputs["valid"] as Int32Array | undefined;
      const count = clip.length / 8;
      runs.push(count);
      const output = plan.programs[program]!.outputs[0]!;
      const result = new Float32Array(portShape(output, { step: 0, seed: 0, sizes }).reduce((a, b) => a * b, 1));
      for (let token = 0; token < count * 4; token++) {
        result[2 * token] = clip[2 * token]! + clip[2 * token + 1]!;
        result[2 * token + 1] = valid?.[Math.floor(token / 4)] ?? -1;
      }
      return { sizes, outputs: async () => ({ result }) };
    },
    readTensor: async () => new Float32Array(),
    writeTensor: () => undefined,
  };
}
