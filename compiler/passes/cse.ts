import { rebuild, type Pass } from "./pass.ts";

const COMMUTATIVE: ReadonlySet<string> = new Set(["add", "mul", "min", "max", "eq", "ne", "and", "or"]);

export const cse: Pass = {
  name: "cse",
  doc: "Common subexpressions: brings the operands of a·b and b·a into one order, and so makes them one node.",
  run: (graph) =>
    rebuild(graph, (node, g) => {
      if (!COMMUTATIVE.has(node.op)) return undefined;
      const [a, b] = node.inputs;
      return inOrder(a!, b!) ? undefined : g.node(node.op, [b!, a!]);
    }),
};

/** Constants go right, where the rules of `simplify` look for them; else the older node goes left. */
function inOrder(a: { readonly op: string; readonly id: number }, b: { readonly op: string; readonly id: number }): boolean {
  if (a.op === "constant" || b.op === "constant") return b.op === "constant";
  return a.id <= b.id;
}
