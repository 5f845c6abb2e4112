import type { GraphBuilder } from "./builder.ts";
import type { Node } from "./node.ts";
import { topological } from "./order.ts";

/** The nodes as nodes of `g`, inputs first. `replace` sees each copy and gives what takes its place, often itself. */
export function copyNodes(nodes: readonly Node[], g: GraphBuilder, replace: (copy: Node) => Node): Node[] {
  const copies = new Map<Node, Node>();
  for (const node of topological(nodes)) {
    g.span = node.span;
    copies.set(node, replace(g.node(node.op, node.inputs.map((input) => copies.get(input)!), node.attrs, node)));
  }
  g.span = undefined;
  return nodes.map((node) => copies.get(node)!);
}
