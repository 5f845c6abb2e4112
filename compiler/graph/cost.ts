import { opNamed } from "../ops/table.ts";
import { Poly } from "../size/poly.ts";
import type { Graph, Node } from "./node.ts";
import { topological } from "./order.ts";
import { elements } from "./type.ts";

/** Work as a polynomial over the runtime sizes. */
export interface Cost {
  /** Floating-point operations; a multiply-add counts as two. */
  readonly flops: Poly;
  /** Bytes read and written if every operation were a kernel of its own, 4 an element: what fusion saves from. */
  readonly bytes: Poly;
}

export function nodeCost(node: Node): Cost {
  const flops = opNamed(node.op).flops?.(node) ?? elements(node.shape);
  const touched = [node, ...node.inputs].map((tensor) => elements(tensor.shape));
  return { flops, bytes: touched.reduce((sum, n) => sum.add(n)).mul(Poly.constant(4)) };
}

export function graphCost(graph: Graph): Cost {
  return topological(graph.outputs.map((output) => output.node))
    .map(nodeCost)
    .reduce(
      (sum, cost) => ({ flops: sum.flops.add(cost.flops), bytes: sum.bytes.add(cost.bytes) }),
      { flops: Poly.constant(0), bytes: Poly.constant(0) },
    );
}
