import type { Node } from "../graph/node.ts";
import type { Sum, Test } from "../index/expression.ts";
import type { Indices } from "../index/indices.ts";
import type { Moved } from "../ops/op.ts";
import { opNamed } from "../ops/table.ts";

/** Where computing an element ends: at elements that are in memory, or made elsewhere in the kernel. */
export interface Ends {
  isEnd(node: Node): boolean;
  /** Parts that need not be looked into. */
  skip?(node: Node): boolean;
  found(node: Node, at: readonly Sum[]): void;
}

/** Follows what element `at` of a node is computed from, through arithmetic and movement, down to the ends. */
export function follow(node: Node, at: readonly Sum[], x: Indices, ends: Ends): void {
  const seen = new Set<string>();

  function visit(node: Node, at: readonly Sum[]): void {
    if (ends.skip?.(node)) return;
    const key = `${node.id}@${at.map((i) => i.key).join()}`;
    if (seen.has(key)) return;
    seen.add(key);
    if (ends.isEnd(node)) ends.found(node, at);
    else open(node, at);
  }

  function open(node: Node, at: readonly Sum[]): void {
    const { lower } = opNamed(node.op);
    if (lower.kind === "movement") moved(node, lower.from(node, at, x.forNode(node)));
    else for (const input of node.inputs) visit(input, at);
  }

  function moved(node: Node, from: Moved): void {
    if (from.kind === "fill") return;
    if (from.kind === "element") {
      const at = from.at as readonly Sum[];
      at.forEach(loads);
      visit(node.inputs[from.input]!, at);
      return;
    }
    const test = from.when as unknown as Test;
    if (test.kind === "known") {
      moved(node, test.holds ? from.then : from.otherwise);
      return;
    }
    tested(test);
    moved(node, from.then);
    moved(node, from.otherwise);
  }

  function tested(test: Test): void {
    if (test.kind === "less") [test.a, test.b].forEach(loads);
    else if (test.kind === "and") [test.a, test.b].forEach(tested);
  }

  function loads(index: Sum): void {
    for (const { atom } of index.terms) {
      if (atom.kind === "load") {
        atom.at.forEach(loads);
        visit(atom.node, atom.at);
      } else if (atom.kind !== "variable") loads(atom.of);
    }
  }

  open(node, at);
}
