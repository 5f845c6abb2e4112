import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { showType } from "../graph/type.ts";
import { OpError } from "../ops/op.ts";
import { opNamed } from "../ops/table.ts";
import { recompute } from "./recompute.ts";

/**
 * The derivatives of the scalar `loss` by each node of `wrt`, as nodes of `g` (which made `loss`): reverse mode over
 * the operations' `vjp`. A node that the loss does not depend on, or only through `stop` or integers, has gradient 0.
 * What lies inside a `checkpoint` is computed again for it. Throws `OpError` if `loss` is not f32[].
 */
export function gradients(loss: Node, wrt: readonly Node[], g: GraphBuilder): Node[] {
  if (loss.dtype !== "f32" || loss.shape.length !== 0) throw new OpError("a loss of type f32[]", showType(loss));
  const order = topological([loss]);
  const active = dependents(order, new Set(wrt));
  const cotangents = new Map<Node, Node>();
  const add = (node: Node, part: Node): void => {
    const sum = cotangents.get(node);
    cotangents.set(node, sum === undefined ? part : g.add(sum, part));
  };
  const back = (nodes: readonly Node[]): void => {
    for (const node of nodes.toReversed()) {
      const cotangent = cotangents.get(node);
      const op = opNamed(node.op);
      if (cotangent === undefined || op.vjp === undefined) continue;
      // A derivative comes from the text that its function comes from.
      g.span = node.span;
      if (node.op === "checkpoint") {
        const again = recompute(node, cotangent, g);
        for (const [copy, original] of again.originals) if (active.has(original)) active.add(copy);
        add(again.value, cotangent);
        back(again.order);
        continue;
      }
      op.vjp(node, cotangent, g).forEach((part, i) => {
        const input = node.inputs[i]!;
        if (part !== null && active.has(input)) add(input, part);
      });
    }
  };
  const outer = g.span;
  if (active.has(loss)) add(loss, g.constant(1, "f32", []));
  back(order);
  g.span = outer;
  return wrt.map((node) => cotangents.get(node) ?? g.zerosLike(node));
}

/** The nodes through which a change of `wrt` reaches the loss. */
function dependents(order: readonly Node[], wrt: ReadonlySet<Node>): Set<Node> {
  const active = new Set<Node>();
  for (const node of order) {
    const flows = opNamed(node.op).vjp !== undefined && node.inputs.some((input) => active.has(input));
    if (node.dtype === "f32" && (wrt.has(node) || flows)) active.add(node);
  }
  return active;
}
