import type { Node } from "../graph/node.ts";
import { opNamed } from "../ops/table.ts";
import type { Group } from "./group.ts";

/**
 * The nodes that half precision is for, of nodes in the order of the graph: those computed from weights. What comes
 * before the first weight, as spectra of clips do, spans more orders of magnitude than f16 has, and costs little.
 */
export function halfNodes(nodes: readonly Node[]): Set<Node> {
  const half = new Set<Node>();
  for (const node of nodes) {
    const computed = node.inputs.some((input) => input.op === "weight" || half.has(input));
    if (computed && node.dtype === "f32") half.add(node);
  }
  return half;
}

/**
 * Arithmetic whose results stay in the range of what it is given, and so in that of f16: activations and their
 * gradients. What spans orders of magnitude (exp, log, powers, roots) and what is exact (numbers made of integers)
 * stays f32, as do reductions: statistics, losses, sums of gradients.
 */
const ARITHMETIC: ReadonlySet<string> = new Set(["add", "sub", "mul", "div", "neg", "abs", "max", "min", "select", "sin", "cos", "tanh", "erf", "matmul", "scatter_add", "attention", "attention_grad"]);

/** Of nodes that half precision is for, those to be stored as f16 if they lie in memory. */
export function storedHalf(nodes: readonly Node[], groups: readonly Group[], half: ReadonlySet<Node>): Set<Node> {
  const summed = onlySummed(nodes);
  const stored = new Set([...half].filter((node) => suitsHalf(node) && !summed.has(node)));
  for (const { form, members, reads } of groups) {
    if (form.kind === "fold") for (const [node, { role }] of form.roles) if (role !== "full") stored.delete(node);
    // Sorting reads bits.
    if (form.kind === "alone" && form.node.op === "argsort") for (const node of [...members, ...reads]) stored.delete(node);
  }
  return stored;
}

/** Parts of sums, as of products cut along their inner axis, are sums too. */
function onlySummed(nodes: readonly Node[]): Set<Node> {
  const summed = new Set<Node>();
  const others = new Set<Node>();
  // What a node only waits for it does not use.
  const used = (node: Node) => (node.op === "after" ? node.inputs.slice(0, 1) : node.inputs);
  for (const node of nodes) for (const input of used(node)) (node.op === "sum" ? summed : others).add(input);
  return new Set([...summed].filter((node) => !others.has(node)));
}

function suitsHalf(node: Node): boolean {
  if (opNamed(node.op).lower.kind === "movement") return true;
  const square = node.op === "mul" && node.inputs[0] === node.inputs[1];
  return ARITHMETIC.has(node.op) && !square;
}
