import type { Node } from "../graph/node.ts";
import { elements } from "../graph/type.ts";
import type { SizeBox } from "../index/size-box.ts";
import { opNamed } from "../ops/table.ts";

export function isMovement(node: Node): boolean {
  return opNamed(node.op).lower.kind === "movement";
}

/** Holds its elements in memory without being computed. */
export function isBuffer(node: Node): boolean {
  return node.op === "input" || node.op === "weight" || node.op === "table";
}

/** How the value of a node is used, seen through movement. */
export interface Uses {
  /** Nodes that compute with it. */
  readonly count: number;
  /** Some use reads its elements more than once each. */
  readonly repeated: boolean;
}

export function usesOf(nodes: readonly Node[], outputs: ReadonlySet<Node>, box: SizeBox): Map<Node, Uses> {
  const uses = new Map<Node, { count: number; repeated: boolean }>(
    nodes.map((node) => [node, { count: outputs.has(node) ? 1 : 0, repeated: false }]),
  );
  for (const node of nodes.toReversed()) {
    const own = uses.get(node)!;
    const moves = isMovement(node);
    for (const input of new Set(node.inputs)) {
      const use = uses.get(input)!;
      use.count += moves ? own.count : 1;
      const grows = moves && box.most(elements(node.shape)) > box.most(elements(input.shape));
      if (moves && (own.repeated || grows)) use.repeated = true;
    }
  }
  return uses;
}
