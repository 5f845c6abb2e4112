import type { Node } from "./node.ts";

/**
 * All nodes that `roots` need, each after its inputs: the order of a depth-first walk, so that equal graphs come
 * in equal order. What only `leaves` need is left out. A loop with a stack of its own: graphs are thousands of nodes
 * deep.
 */
export function topological(roots: readonly Node[], leaves?: ReadonlySet<Node>): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  const enter = (node: Node) => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push({ node, next: 0 });
  };
  for (const root of roots) {
    enter(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = leaves?.has(top.node) === true ? undefined : top.node.inputs[top.next++];
      if (input !== undefined) {
        enter(input);
      } else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}
