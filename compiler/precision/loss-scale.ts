import { GraphBuilder } from "../graph/builder.ts";
import type { Graph, Node } from "../graph/node.ts";

/**
 * Dynamic loss scaling (Micikevicius et al., 2018, "Mixed precision training", section 3.2). The loss is multiplied
 * before its gradients are taken, so that small ones do not vanish in f16, and the gradients are divided by as much
 * before they move a weight. A step whose gradients overflowed moves nothing and halves the scale; after enough steps
 * in a row that did not, it doubles. All of it is state on the device, f32[] each: nothing waits for the host.
 */
export const SCALE_STATE = {
  /**
   * What the loss is multiplied by: a power of two, so that scaling rounds nothing. It starts where gradients of a
   * mean over tokens lie in the middle of what f16 has; from 2^16, where PyTorch's starts, early steps are lost.
   */
  loss_scale: { start: 2 ** 12 },
  /** Steps in a row that did not overflow since the scale last changed. */
  steady_steps: { start: 0 },
  /** Steps that overflowed, in all. */
  skipped_steps: { start: 0 },
} as const;
export type ScaleState = keyof typeof SCALE_STATE;
export const SCALE_STATES = Object.keys(SCALE_STATE) as readonly ScaleState[];

/** 1 where a gradient of this step is infinite or NaN, else 0; 0 again at the end of a step. */
export const OVERFLOW = "overflow";

/** Steps that did not overflow before the scale is doubled, as in PyTorch's GradScaler. */
const STEADY = 2000;
/** Twice this could overflow f32 with losses and gradients that are not large. */
const LARGEST = 2 ** 40;
const SMALLEST = 2 ** -14;

/** A number of the scaler, where a graph reads it. */
export function scalerNode(g: GraphBuilder, name: ScaleState | typeof OVERFLOW): Node {
  return g.weight(name, []);
}

/** What ends a step: the scale for the next. Each state is both read and written in place. */
export function scaleUpdate(): Graph {
  const g = new GraphBuilder();
  const number = (value: number): Node => g.constant(value, "f32", []);
  const [scale, steady, skipped, overflow] = [scalerNode(g, "loss_scale"), scalerNode(g, "steady_steps"), scalerNode(g, "skipped_steps"), scalerNode(g, OVERFLOW)];
  const fine = g.eq(overflow, number(0));
  const next = g.add(steady, number(1));
  const grows = g.ge(next, number(STEADY));
  return g.graph("loss scale", [
    { name: "loss_scale", node: g.select(fine, g.select(grows, g.min(g.mul(scale, number(2)), number(LARGEST)), scale), g.max(g.mul(scale, number(0.5)), number(SMALLEST))) },
    { name: "steady_steps", node: g.select(fine, g.select(grows, number(0), next), number(0)) },
    { name: "skipped_steps", node: g.select(fine, skipped, g.add(skipped, number(1))) },
    { name: OVERFLOW, node: g.select(fine, overflow, number(0)) },
  ]);
}
