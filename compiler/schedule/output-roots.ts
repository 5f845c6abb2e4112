import type { Graph, Node, Output } from "../graph/node.ts";
import { opNamed } from "../ops/table.ts";

export interface OutputRoot {
  readonly output: Output;
  /** The node that is written for it: the same elements in the same order. */
  readonly root: Node;
}

/**
 * The nodes that outputs are written from. A reshape is the same memory, so what is below it is written; an output
 * that is itself an input or a constant gets a copy.
 */
export function outputRoots(graph: Graph): OutputRoot[] {
  const copies = new Map<Node, Node>();
  // Node numbers only have to differ from all others of the graph.
  let next = -1;
  return graph.outputs.map((output) => {
    let node = output.node;
    while (node.op === "reshape") node = node.inputs[0]!;
    if (opNamed(node.op).lower.kind !== "source") return { output, root: node };
    const { dtype, shape } = node;
    const copy = copies.get(node) ?? { id: next--, op: "reshape", inputs: [node], attrs: {}, dtype, shape };
    copies.set(node, copy);
    return { output, root: copy };
  });
}
