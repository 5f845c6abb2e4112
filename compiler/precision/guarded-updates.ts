import type { ElaboratedModel } from "../elaborate/model.ts";
import type { ElaboratedRule, FlatUpdate } from "../elaborate/rule.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { copyNodes } from "../graph/copy.ts";
import type { Node } from "../graph/node.ts";
import { OVERFLOW, scalerNode } from "./loss-scale.ts";

/**
 * The model with updates for a scaled loss: optimizers divide gradients by the scale, and where one of them overflowed
 * no update changes anything: weights, optimizer state and averages keep their values.
 */
export function withGuardedUpdates(model: ElaboratedModel): ElaboratedModel {
  const guarded = (rule: ElaboratedRule, scaled: boolean): ElaboratedRule => ({ ...rule, updates: rule.updates.map((update) => guard(update, scaled)) });
  return {
    ...model,
    optimizers: model.optimizers.map((optimizer) => ({ ...optimizer, rule: guarded(optimizer.rule, true) })),
    averages: model.averages.map((average) => ({ ...average, rule: guarded(average.rule, false) })),
  };
}

function guard(update: FlatUpdate, scaled: boolean): FlatUpdate {
  const g = new GraphBuilder();
  const { shape } = update.target;
  const everywhere = (node: Node): Node => g.broadcast(node, [], shape);
  const gradient = g.weight("source", shape);
  const unscaled = g.mul(gradient, everywhere(g.div(g.constant(1, "f32", []), scalerNode(g, "loss_scale"))));
  const moved = copyNodes([update.target, ...update.states.map((state) => state.node)], g, (copy) => (scaled && copy === gradient ? unscaled : copy));
  const fine = everywhere(g.eq(scalerNode(g, OVERFLOW), g.constant(0, "f32", [])));
  const kept = (node: Node, name: string): Node => g.select(fine, node, g.weight(name, shape));
  return {
    ...update,
    target: kept(moved[0]!, "target"),
    states: update.states.map(({ name }, i) => ({ name, node: kept(moved[i + 1]!, `state.${name}`) })),
  };
}
