import { gradients } from "../../../compiler/autodiff/gradients.ts";
import type { GraphBuilder } from "../../../compiler/graph/builder.ts";
import type { Graph, Node } from "../../../compiler/graph/node.ts";
import { ndarray, count, type NdArray } from "../../../compiler/graph/ndarray.ts";
import type { SizeLike } from "../../../compiler/graph/type.ts";
import { runPasses } from "../../../compiler/passes/pipeline.ts";

/** Pieces of networks, written as the standard library writes them. */
export class Net {
  readonly g: GraphBuilder;
  readonly #weights: Node[] = [];

  constructor(g: GraphBuilder) {
    this.g = g;
  }

  get weights(): readonly Node[] {
    return this.#weights;
  }

  weight(name: string, shape: readonly SizeLike[]): Node {
    const node = this.g.weight(name, shape);
    this.#weights.push(node);
    return node;
  }

  softmax(x: Node): Node {
    const { g } = this;
    const last = x.shape.length - 1;
    const kept = x.shape.slice(0, -1).map((_, axis) => axis);
    const e = g.exp(g.sub(x, g.broadcast(g.stop(g.amax(x, [last])), kept, x.shape)));
    return g.div(e, g.broadcast(g.sum(e, [last]), kept, x.shape));
  }

  layerNorm(x: Node, name: string): Node {
    const { g } = this;
    const last = x.shape.length - 1;
    const kept = x.shape.slice(0, -1).map((_, axis) => axis);
    const centred = g.sub(x, g.broadcast(g.mean(x, [last]), kept, x.shape));
    const variance = g.mean(g.square(centred), [last]);
    const scale = g.rsqrt(g.add(variance, g.fill(1e-5, variance)));
    const width = x.shape[last]!;
    const gain = g.broadcast(this.weight(`${name}.gain`, [width]), [last], x.shape);
    const bias = g.broadcast(this.weight(`${name}.bias`, [width]), [last], x.shape);
    return g.add(g.mul(g.mul(centred, g.broadcast(scale, kept, x.shape)), gain), bias);
  }

  linear(x: Node, out: number, name: string): Node {
    const { g } = this;
    const y = g.matmul(x, this.weight(`${name}.w`, [x.shape.at(-1)!, out]));
    return g.add(y, g.broadcast(this.weight(`${name}.b`, [out]), [y.shape.length - 1], y.shape));
  }

  gelu(x: Node): Node {
    const { g } = this;
    const half = g.mul(x, g.fill(0.5, x));
    return g.mul(half, g.add(g.fill(1, x), g.erf(g.mul(x, g.fill(Math.SQRT1_2, x)))));
  }

  attention(x: Node, heads: number, name: string): Node {
    const width = x.shape.at(-1)!.constant!;
    return this.linear(this.mix(this.linear(x, 3 * width, `${name}.qkv`), heads), width, `${name}.proj`);
  }

  /** Attention over queries, keys and values that stand side by side. */
  mix(x: Node, heads: number): Node {
    const { g } = this;
    const [batch, tokens, all] = x.shape as [Node["shape"][number], Node["shape"][number], Node["shape"][number]];
    const k = all.constant! / 3 / heads;
    const qkv = g.reshape(x, [batch, tokens, 3, heads, k]);
    const moved = g.transpose(qkv, [2, 0, 3, 1, 4]);
    const part = (i: number) => g.reshape(g.slice(moved, [i, 0, 0, 0, 0], [1, batch, heads, tokens, k]), [batch, heads, tokens, k]);
    const scores = g.matmul(part(0), g.swapLast(part(1)));
    const weights = this.softmax(g.mul(scores, g.fill(1 / Math.sqrt(k), scores)));
    return g.reshape(g.transpose(g.matmul(weights, part(2)), [0, 2, 1, 3]), [batch, tokens, heads * k]);
  }

  block(x: Node, heads: number, name: string): Node {
    const { g } = this;
    const h = g.add(x, this.attention(this.layerNorm(x, `${name}.norm1`), heads, `${name}.attn`));
    const wide = this.gelu(this.linear(this.layerNorm(h, `${name}.norm2`), 4 * x.shape.at(-1)!.constant!, `${name}.fc1`));
    return g.add(h, this.linear(wide, x.shape.at(-1)!.constant!, `${name}.fc2`));
  }

  /** The mean of squares, and its gradient by every weight. */
  training(name: string, y: Node): Graph {
    const { g } = this;
    const loss = g.mean(g.square(y), y.shape.map((_, axis) => axis));
    const outputs = gradients(loss, this.#weights, g).map((node, i) => ({ name: `${this.#weights[i]!.attrs["name"] as string}.grad`, node }));
    return g.graph(name, [{ name: "loss", node: loss }, ...outputs]);
  }
}

/** Values for every input and weight of a graph: small numbers, the same every time. */
export function valuesFor(graph: Graph, sizes: Readonly<Record<string, number>>, seed = 1): Map<string, NdArray> {
  const values = new Map<string, NdArray>();
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.fround(((state >>> 8) / 2 ** 24 - 0.5) * 0.6);
  };
  const visit = (node: Node, seen: Set<Node>): void => {
    if (seen.has(node)) return;
    seen.add(node);
    node.inputs.forEach((input) => visit(input, seen));
    const name = node.attrs["name"];
    if (typeof name !== "string" || values.has(name)) return;
    const shape = node.shape.map((n) => n.evaluate(sizes));
    values.set(name, ndarray(node.dtype, shape, Array.from({ length: count(shape) }, next)));
  };
  const seen = new Set<Node>();
  graph.outputs.forEach((output) => visit(output.node, seen));
  return values;
}

export const optimise = (graph: Graph): Graph => runPasses(graph);
