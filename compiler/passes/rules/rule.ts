import type { GraphBuilder } from "../../graph/builder.ts";
import type { Node } from "../../graph/node.ts";

/** A local rewriting: another node of the same type and value, or undefined where the rule does not apply. */
export interface Rule {
  /** Said as an equation, for people. */
  readonly name: string;
  /** The operations it looks at. */
  readonly ops: readonly string[];
  apply(node: Node, g: GraphBuilder): Node | undefined;
}

/** The value of all elements of a `constant`. */
export function constantValue(node: Node): number | undefined {
  const value = node.op === "constant" ? node.attrs["value"] : undefined;
  return typeof value === "number" ? value : undefined;
}
