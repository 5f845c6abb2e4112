import { intsOf } from "../graph/attrs.ts";
import type { Graph, Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { elements } from "../graph/type.ts";
import type { Sum } from "../index/expression.ts";
import { Indices } from "../index/indices.ts";
import type { SizeBox } from "../index/size-box.ts";
import { opNamed } from "../ops/table.ts";
import { FoldSpace } from "./fold-space.ts";
import type { Side } from "./operand.ts";
import type { Make, Rule } from "./rewrite.ts";
import { isMovement } from "./uses.ts";

/** What a product reads on one side: f32[..S, M, K] first, f32[..S, K, N] second. */
export interface Operand {
  readonly product: Node;
  readonly side: Side;
}

/**
 * A sum over the inner axis of what a product reads, as a bias's gradient is beside its weight's, becomes
 * `sum(after(operand, product), k)`: the product's kernel can take it from the values that pass (`summedOperand`), and
 * anywhere else it is the sum it was. Where one sum is wanted of an operand in parts (split-K, batches), the sums of
 * parts are added up. Sums along rows stay as they are: those are taken where the rows are made.
 */
export function sumsBesideProducts(graph: Graph, box: SizeBox): Rule {
  const nodes = topological(graph.outputs.map((output) => output.node));
  const products = nodes.filter((node) => node.op === "matmul");
  const operands = new Map<Node, Operand[]>();
  for (const product of products.filter(hasOwnSecond)) {
    for (const side of ["a", "b"] as const) {
      const bottom = bottomOf(inputOf({ product, side }));
      operands.set(bottom, [...(operands.get(bottom) ?? []), { product, side }]);
    }
  }
  // What a product is computed from cannot wait for one.
  const early = new Set(topological(products));
  return (node, make) => {
    if (node.op !== "sum" || node.dtype !== "f32" || early.has(node)) return node;
    const space = new FoldSpace(node, box);
    if (space.trailing) return node;
    const operand = operands.get(bottomOf(node.inputs[0]!))?.find((it) => sumsOver(space, node, it, box));
    return operand === undefined ? node : sumAfter(operand, node, make);
  };
}

/** The operand over whose inner axis a node of that form sums. */
export function summedOperand(node: Node): Operand | undefined {
  const [waiting] = node.inputs;
  if (node.op !== "sum" || waiting!.op !== "after") return undefined;
  const [of, product] = waiting!.inputs as [Node, Node];
  if (product.op !== "matmul" || !hasOwnSecond(product)) return undefined;
  const axes = intsOf(node.attrs, "axes");
  const sides: readonly Side[] = ["a", "b"];
  return sides.map((side) => ({ product, side })).find((it) => inputOf(it) === of && axes.length === 1 && axes[0] === innerAxis(it));
}

/** Not one matrix for the rows of all products: else its rows are not any one product's. */
function hasOwnSecond({ inputs: [a, b] }: Node): boolean {
  return a!.shape.length === b!.shape.length;
}

function inputOf({ product, side }: Operand): Node {
  return product.inputs[side === "a" ? 0 : 1]!;
}

function innerAxis({ product, side }: Operand): number {
  return product.shape.length - (side === "a" ? 1 : 2);
}

/** Are the elements of each sum those along the inner axis of the operand, or of all its parts one after the other? */
function sumsOver(space: FoldSpace, sum: Node, operand: Operand, box: SizeBox): boolean {
  const from = inputOf(operand);
  const leading = from.shape.slice(0, -2);
  const batch = elements(leading);
  const axes = from.shape.slice(-2);
  const [length, depth] = operand.side === "a" ? [axes[0]!, axes[1]!] : [axes[1]!, axes[0]!];
  const apart = space.outer.equals(batch.mul(length)) && space.inner.equals(depth);
  const together = space.outer.equals(length) && space.inner.equals(batch.mul(depth));
  if (!apart && !together) return false;
  const x = new Indices(box);
  const [z, at, k] = [x.variable("z", batch, 0), x.variable("at", length, 0), x.variable("k", depth, 1)];
  const theirs = origin(from, [...x.unravel(z, leading), ...(operand.side === "a" ? [at, k] : [k, at])], x);
  const follows = (part: Sum, size: typeof depth) => x.add(x.mul(z, size), part);
  const ours = origin(sum.inputs[0]!, apart ? space.at(x, sum.inputs[0]!.shape, follows(at, length), k) : space.at(x, sum.inputs[0]!.shape, at, follows(k, depth)), x);
  return ours.node === theirs.node && ours.position === theirs.position;
}

/** Where an element of a tensor comes from, through movement that moves all of it alike. */
function origin(node: Node, at: readonly Sum[], x: Indices): { readonly node: Node; readonly position: string } {
  for (;;) {
    const { lower } = opNamed(node.op);
    const moved = lower.kind === "movement" ? lower.from(node, at, x.forNode(node)) : undefined;
    if (moved?.kind !== "element") return { node, position: x.linear(at, node.shape).key };
    node = node.inputs[moved.input]!;
    at = moved.at as readonly Sum[];
  }
}

/** The same for all views of one tensor. */
function bottomOf(node: Node): Node {
  while (isMovement(node)) node = node.inputs[0]!;
  return node;
}

function sumAfter(operand: Operand, sum: Node, make: Make): Node {
  const { span } = sum;
  const near = { dtype: sum.dtype, ...(span && { span }) };
  const from = inputOf(operand);
  const waiting = make({ op: "after", inputs: [from, operand.product], attrs: {}, shape: from.shape, ...near });
  let result = make({ op: "sum", inputs: [waiting], attrs: { axes: [innerAxis(operand)] }, shape: from.shape.toSpliced(innerAxis(operand), 1), ...near });
  if (!elements(result.shape).equals(elements(sum.shape))) {
    const parts = result.shape.slice(0, -1).map((_, axis) => axis);
    result = make({ op: "sum", inputs: [result], attrs: { axes: parts }, shape: result.shape.slice(-1), ...near });
  }
  return make({ op: "reshape", inputs: [result], attrs: {}, shape: sum.shape, ...near });
}
