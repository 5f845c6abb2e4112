import { GraphBuilder } from "../graph/builder.ts";
import type { Graph, Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";

/** A rewriting of a whole graph that keeps the value of every output. */
export interface Pass {
  readonly name: string;
  /** One sentence for `jepac inspect` and docs/architecture.md. */
  readonly doc: string;
  run(graph: Graph): Graph;
}

/**
 * Builds the graph anew, inputs first. `replace` sees each node already standing on rebuilt inputs and may give
 * another node of the same type for it; `original` is what the node was built from. Into `g` if the graph is to stay
 * beside others of that builder.
 */
export function rebuild(
  graph: Graph,
  replace: (node: Node, g: GraphBuilder, original: Node) => Node | undefined,
  g = new GraphBuilder(graph.sizes),
): Graph {
  const rebuilt = new Map<Node, Node>();
  for (const node of topological(graph.outputs.map((output) => output.node))) {
    g.span = node.span;
    const copy = g.node(node.op, node.inputs.map((input) => rebuilt.get(input)!), node.attrs, node);
    rebuilt.set(node, replace(copy, g, node) ?? copy);
  }
  return g.graph(graph.name, graph.outputs.map(({ name, node }) => ({ name, node: rebuilt.get(node)! })));
}
