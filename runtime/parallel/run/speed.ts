import type { Session } from "../../execute/index.ts";
import type { HostArray } from "../../execute/index.ts";

const TIMED_PASSES = 3;

/**
 * Passes of a training step that this device computes in a second: the fastest of a few, after one that compiles. The
 * weights stay as they are; what is left in the gradients is overwritten by the first step.
 */
export async function measureSpeed(session: Session): Promise<number> {
  const { inputs, phases } = session.plan.programs["step"]!;
  const key = { step: 0, seed: 0 };
  const shapes = session.describeRun("step", key).inputs;
  const zeros = Object.fromEntries(
    inputs.map(({ name, dtype, perClip }): [string, HostArray] => {
      const values = shapes[name]!.reduce((a, b) => a * b, 1) / (perClip === true ? phases!.passes : 1);
      return [name, dtype === "f32" ? new Float32Array(values).fill(0.1) : new Int32Array(values).fill(1)];
    }),
  );
  let best = Infinity;
  for (let i = 0; i <= TIMED_PASSES; i++) {
    const start = performance.now();
    await session.run("step", { ...key, inputs: zeros, part: { from: 0, to: phases!.updateFrom } }).outputs();
    if (i > 0) best = Math.min(best, performance.now() - start);
  }
  return 1000 / best;
}
