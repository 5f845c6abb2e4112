import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";

/** The inside of a `checkpoint`, made once more. */
export interface Recomputed {
  /** Each after its inputs, those that stand for the checkpoint's own inputs first. */
  readonly order: readonly Node[];
  /** What the checkpoint's value is computed as this time. */
  readonly value: Node;
  /** Of what each node is the copy. */
  readonly originals: ReadonlyMap<Node, Node>;
}

/**
 * Copies what lies between a checkpoint's value and its inputs. The copies wait for `cotangent`, the derivative by the
 * value: so they differ from the originals, and are computed only when the backward pass has come down to them. What
 * needs no input of the checkpoint is not copied.
 */
export function recompute(checkpoint: Node, cotangent: Node, g: GraphBuilder): Recomputed {
  const [value, ...inputs] = checkpoint.inputs;
  const copies = new Map<Node, Node>();
  const outer = g.span;
  for (const input of inputs) copies.set(input, g.node("after", [input, cotangent]));
  for (const node of topological([value!], new Set(inputs))) {
    if (copies.has(node) || !node.inputs.some((input) => copies.has(input))) continue;
    g.span = node.span;
    copies.set(node, g.node(node.op, node.inputs.map((input) => copies.get(input) ?? input), node.attrs, node));
  }
  g.span = outer;
  return { order: [...copies.values()], value: copies.get(value!) ?? value!, originals: new Map([...copies].map(([node, copy]) => [copy, node])) };
}
