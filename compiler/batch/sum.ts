import { FLAT_SIZE, FLAT_UNIT, type ElaboratedRule } from "../elaborate/rule.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { Poly } from "../size/poly.ts";

/**
 * The rule that adds the gradients of one pass of `passes` to those before, all with equal weight: what comes out is
 * the gradient of the mean of their losses.
 */
export function sumOf(passes: number): ElaboratedRule {
  const g = new GraphBuilder([{ name: FLAT_SIZE, min: 1, max: 2 ** 24 }]);
  const shape = [Poly.atom(FLAT_SIZE).mul(Poly.constant(FLAT_UNIT))];
  const part = g.mul(g.weight("source", shape), g.constant(1 / passes, "f32", shape));
  return { rule: "sum of passes", stateNames: [], updates: [{ ranks: [], target: g.add(g.weight("target", shape), part), states: [] }], displays: [] };
}
