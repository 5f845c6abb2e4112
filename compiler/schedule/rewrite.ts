import type { Graph, Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";

/** Makes a node with a number of its own. */
export type Make = (node: Omit<Node, "id">) => Node;

/** What takes the place of a node, whose inputs are rewritten already; the node itself where nothing does. */
export type Rule = (node: Node, make: Make) => Node;

/** A graph with each node replaced as the rule says, inputs first. */
export function rewrite(graph: Graph, rule: Rule): Graph {
  const nodes = topological(graph.outputs.map((output) => output.node));
  let next = Math.max(0, ...nodes.map((node) => node.id)) + 1;
  const make: Make = (node) => ({ ...node, id: next++ });
  const replaced = new Map<Node, Node>();
  for (const old of nodes) {
    const inputs = old.inputs.map((input) => replaced.get(input)!);
    const same = inputs.every((input, i) => input === old.inputs[i]);
    replaced.set(old, rule(same ? old : make({ ...old, inputs }), make));
  }
  return { ...graph, outputs: graph.outputs.map(({ name, node }) => ({ name, node: replaced.get(node)! })) };
}
