import type { Graph, Node, Output } from "../graph/node.ts";
import { opNamed } from "../ops/table.ts";

export interface OutputRoot {
  readonly output: Output;
  /** The node that is written for it: the same elements in the same order. */
  readonly root: Node;
}

/** A kernel writes to at most so many outputs of equal value: it needs bindings for what it reads, too. */
const OUTPUTS_PER_COPY = 6;

/**
 * The nodes that outputs are written from. A reshape is the same memory, so what is below it is written; an output
 * that is itself an input or a constant gets a copy.
 */
export function outputRoots(graph: Graph): OutputRoot[] {
  const copies = new Map<Node, { readonly copy: Node; uses: number }>();
  // Node numbers only have to differ from all others of the graph.
  let next = -1;
  return graph.outputs.map((output) => {
    let node = output.node;
    while (node.op === "reshape") node = node.inputs[0]!;
    if (opNamed(node.op).lower.kind !== "source") return { output, root: node };
    const { dtype, shape } = node;
    let known = copies.get(node);
    if (known === undefined || known.uses === OUTPUTS_PER_COPY) {
      known = { copy: { id: next--, op: "reshape", inputs: [node], attrs: {}, dtype, shape }, uses: 0 };
      copies.set(node, known);
    }
    known.uses++;
    return { output, root: known.copy };
  });
}
