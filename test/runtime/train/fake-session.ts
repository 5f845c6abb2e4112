import type { Plan } from "../../../runtime/plan/schema.ts";
import { runEnvironment } from "../../../runtime/execute/sizes.ts";
import type { PlanSession, Running, RunOptions } from "../../../runtime/train/session.ts";

/**
 * A session that computes on the host what a device would: every step moves all tensors by a function of
 * (seed, step, batch, tensors), so that any difference between two runs shows in all later states.
 */
export class FakeSession implements PlanSession {
  readonly tensors: Map<string, Float32Array>;
  readonly steps: number[] = [];
  /** Submitted and not yet read, now and at most. */
  pending = 0;
  mostPending = 0;
  /** Changes a step's loss: NaN, a rejected promise, ... */
  outputsOf: (step: number, loss: number) => Promise<number> | number = (_, loss) => loss;
  readonly #plan: Plan;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.tensors = new Map(plan.tensors.map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]));
  }

  run(program: string, { step, seed, sizes: given, inputs = {} }: RunOptions): Running {
    const { sizes } = runEnvironment(this.#plan, program, { step, seed, sizes: given });
    if (program === "init") {
      for (const values of this.tensors.values()) values.forEach((_, i) => (values[i] = seed + i));
      return { sizes, outputs: async () => ({}) };
    }
    this.steps.push(step);
    const { M = 0 } = sizes;
    const clip = inputs["clip"] as Float32Array;
    const moved = clip.reduce((sum, x) => sum + x, 0) / clip.length + M / 10;
    for (const values of this.tensors.values()) values.forEach((x, i) => (values[i] = 0.9 * x + moved * Math.sin(i + seed)));
    const loss = this.tensors.get("encoder.w")!.reduce((sum, x) => sum + x * x, 0);
    this.mostPending = Math.max(this.mostPending, ++this.pending);
    return {
      sizes,
      outputs: async () => {
        this.pending--;
        return { loss: Float32Array.of(await this.outputsOf(step, loss)), target_std: Float32Array.of(M) };
      },
    };
  }

  async readTensor(name: string): Promise<Float32Array> {
    return this.tensors.get(name)!;
  }

  writeTensor(name: string, values: Float32Array): void {
    this.tensors.set(name, values.slice());
  }
}
