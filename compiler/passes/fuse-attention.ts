import { intsOf } from "../graph/attrs.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Graph, Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { sameShape } from "../graph/type.ts";
import { swapTokensAndHeads } from "../ops/attention.ts";
import { rebuild } from "./pass.ts";
import { constantValue } from "./rules/rule.ts";

/** Channels of a head: what one lane, or a few, can hold. */
const MOST_CHANNELS = 128;

/**
 * Finds softmax(scale · q kᵀ) v, as models write it, and makes it the operation `attention`, whose kernels keep no
 * tensor of all scores. It goes before autodiff, so that the derivative is found too; in the builder the graph is of.
 * Weights that something else reads too stay as they are.
 */
export function fuseAttention(graph: Graph, g: GraphBuilder): Graph {
  const uses = countUses(graph);
  return rebuild(
    graph,
    (node, g, original) => {
      const found = node.op === "matmul" && uses.get(original.inputs[0]!) === 1 ? attentionIn(node, g) : undefined;
      if (found === undefined) return undefined;
      const { q, k, v, scale } = found;
      const [a, b, c] = [q, k, v].map((x) => toTokens(x, g));
      return fromTokens(g.node("attention", [a!, b!, c!], { scale }), node, g);
    },
    g,
  );
}

interface Attention {
  /** f32[..S, N, K] each. */
  readonly q: Node;
  readonly k: Node;
  readonly v: Node;
  readonly scale: number;
}

function attentionIn(product: Node, g: GraphBuilder): Attention | undefined {
  const [weights, v] = product.inputs;
  const scores = softmaxOf(weights!);
  if (scores === undefined) return undefined;
  const inner = unscaled(scores);
  if (inner.node.op !== "matmul") return undefined;
  const q = unscaled(inner.node.inputs[0]!);
  const k = unscaled(swapped(inner.node.inputs[1]!, g));
  const channels = q.node.shape.at(-1)!.constant;
  const fits = channels !== undefined && channels % 4 === 0 && channels <= MOST_CHANNELS;
  if (!fits || !sameShape(q.node.shape, k.node.shape) || !sameShape(q.node.shape, v!.shape)) return undefined;
  return { q: q.node, k: k.node, v: v!, scale: inner.factor * q.factor * k.factor };
}

/** What a softmax over the last axis is of: exp(x) / Σ exp(x), where x may have its largest element subtracted. */
function softmaxOf(node: Node): Node | undefined {
  const [e, sum] = node.inputs;
  if (node.op !== "div" || e!.op !== "exp" || !isFoldOfRows(sum!, "sum", e!)) return undefined;
  const x = e!.inputs[0]!;
  return x.op === "sub" && isFoldOfRows(x.inputs[1]!, "amax", x.inputs[0]!) ? x.inputs[0]! : x;
}

/** Is each element the fold, by this operation, of the row of `x` that it stands in? */
function isFoldOfRows(node: Node, op: "sum" | "amax", x: Node): boolean {
  const last = x.shape.length - 1;
  if (node.op !== "broadcast" || intsOf(node.attrs, "axes").join() !== [...Array(last).keys()].join()) return false;
  let folded = node.inputs[0]!;
  // Folded axes are kept and dropped again; the largest element is held back from the derivative.
  while (folded.op === "reshape" || folded.op === "stop") folded = folded.inputs[0]!;
  return folded.op === op && folded.inputs[0] === x && intsOf(folded.attrs, "axes").join() === `${last}`;
}

/** A node without the numbers it is multiplied with or divided by, and those as one. */
function unscaled(node: Node): { readonly node: Node; readonly factor: number } {
  const [a, b] = node.inputs;
  const part = (x: Node, by: number) => {
    const rest = unscaled(x);
    return { node: rest.node, factor: rest.factor * by };
  };
  if (node.op === "neg") return part(a!, -1);
  if (node.op !== "mul" && node.op !== "div") return { node, factor: 1 };
  const [left, right] = [constantValue(a!), constantValue(b!)];
  if (right !== undefined && (node.op === "mul" || right !== 0)) return part(a!, node.op === "mul" ? right : 1 / right);
  if (left !== undefined && node.op === "mul") return part(b!, left);
  return { node, factor: 1 };
}

/** The last two axes exchanged; what they were before, where the node is such an exchange. */
function swapped(node: Node, g: GraphBuilder): Node {
  const [x] = node.inputs;
  return node.op === "transpose" && g.swapLast(x!) === node ? x! : g.swapLast(node);
}

/** [..S, H, N, K] as [..S, N, H, K]; one head where there is no axis for them. */
function toTokens(x: Node, g: GraphBuilder): Node {
  if (x.shape.length > 3) return swapTokensAndHeads(x, g);
  return g.reshape(x, [...x.shape.slice(0, -1), 1, x.shape.at(-1)!]);
}

function fromTokens(x: Node, like: Node, g: GraphBuilder): Node {
  return like.shape.length > 3 ? swapTokensAndHeads(x, g) : g.reshape(x, like.shape);
}

function countUses(graph: Graph): Map<Node, number> {
  const outputs = graph.outputs.map((output) => output.node);
  const uses = new Map<Node, number>();
  for (const used of [...outputs, ...topological(outputs).flatMap((node) => node.inputs)]) uses.set(used, (uses.get(used) ?? 0) + 1);
  return uses;
}
