import { GraphBuilder } from "../graph/builder.ts";
import { Evaluator } from "../graph/evaluate.ts";
import type { Graph, Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { constantShape, elements } from "../graph/type.ts";
import { opNamed } from "../ops/table.ts";
import type { Pass } from "./pass.ts";

/** Larger results are computed on the device, rather than kept in memory: 16 MiB. */
const MAX_ELEMENTS = 4 * 1024 * 1024;
/** So few steps of index arithmetic are cheaper in a kernel than reading a table. */
const CHEAP_NODES = 8;

export const fold: Pass = {
  name: "fold",
  doc: "Computes, in f64, what depends on no input, weight, step or random number, and keeps it as a table.",
  run(graph) {
    const order = topological(graph.outputs.map((output) => output.node));
    const isStatic = staticNodes(order);
    const becomesTable = chooseTables(graph, order, isStatic);
    const g = new GraphBuilder(graph.sizes);
    const evaluator = new Evaluator();
    const rebuilt = new Map<Node, Node>();
    for (const node of topological(graph.outputs.map((output) => output.node), becomesTable)) {
      g.span = node.span;
      rebuilt.set(
        node,
        becomesTable.has(node)
          ? g.table(evaluator.value(node).data, node.dtype, node.shape)
          : g.node(node.op, node.inputs.map((input) => rebuilt.get(input)!), node.attrs, node),
      );
    }
    return g.graph(graph.name, graph.outputs.map(({ name, node }) => ({ name, node: rebuilt.get(node)! })));
  },
};

const VARYING: ReadonlySet<string> = new Set(["input", "weight", "scalar", "uniform"]);

function staticNodes(order: readonly Node[]): Set<Node> {
  const found = new Set<Node>();
  for (const node of order) {
    const fixed = !VARYING.has(node.op) && constantShape(node.shape) !== undefined;
    if (fixed && node.inputs.every((input) => found.has(input))) found.add(node);
  }
  return found;
}

/** The static nodes that others read, or the largest static parts of them that are worth a table. */
function chooseTables(graph: Graph, order: readonly Node[], isStatic: ReadonlySet<Node>): Set<Node> {
  const needed = new Set(graph.outputs.map((output) => output.node));
  const chosen = new Set<Node>();
  for (const node of [...order].reverse()) {
    if (!needed.has(node)) continue;
    if (isStatic.has(node) && isWorthATable(node)) chosen.add(node);
    else node.inputs.forEach((input) => needed.add(input));
  }
  return chosen;
}

function isWorthATable(node: Node): boolean {
  // Repetition is better read from the smaller tensor.
  if (node.op === "table" || node.op === "broadcast") return false;
  return elements(node.shape).constant! <= MAX_ELEMENTS && !isCheap(node);
}

/** A few steps of exact arithmetic on indices and constants. */
function isCheap(node: Node): boolean {
  const cone = topological([node]);
  return cone.length <= CHEAP_NODES && cone.every(({ op }) => op !== "table" && !COSTLY.has(op) && opNamed(op).lower.kind !== "reduce" && opNamed(op).lower.kind !== "kernel");
}

/** Elementwise, but slow or inexact in f32. */
const COSTLY: ReadonlySet<string> = new Set(["exp", "log", "sqrt", "rsqrt", "sin", "cos", "tanh", "erf", "pow", "div"]);
