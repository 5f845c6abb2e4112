import type { Node } from "../graph/node.ts";
import { elements } from "../graph/type.ts";
import type { Sum } from "../index/expression.ts";
import type { Indices } from "../index/indices.ts";
import type { SizeBox } from "../index/size-box.ts";
import { opNamed } from "../ops/table.ts";
import { Poly } from "../size/poly.ts";

/** Z products of [M, K] by [K, N]. */
export interface ProductShape {
  readonly batch: Poly;
  readonly m: Poly;
  readonly n: Poly;
  readonly k: Poly;
  /** All rows of the first operand are one matrix, as the second is the same for all. */
  readonly flat: boolean;
}

export type Side = "a" | "b";

/** The element [row, column] of matrix `batch` of an operand is element base + row * rowStride + column * columnStride. */
export interface StridedView {
  /** In memory, or to be put there. */
  readonly of: Node;
  readonly base: Sum;
  readonly rowStride: Poly;
  readonly columnStride: Poly;
}

export function productShape(node: Node, flat: boolean): ProductShape {
  const [a, b] = node.inputs;
  const leading = a!.shape.slice(0, -1);
  const [k, n] = [a!.shape.at(-1)!, b!.shape.at(-1)!];
  if (flat) return { batch: Poly.constant(1), m: elements(leading), n, k, flat };
  return { batch: elements(leading.slice(0, -1)), m: leading.at(-1)!, n, k, flat };
}

/** May the rows of all matrices be taken as one? */
export function sharesSecond(node: Node): boolean {
  return node.inputs[1]!.shape.length === 2;
}

/** An operand as strides over memory, looking through movement down to `isEnd`; undefined where strides do not do. */
export function stridedView(
  node: Node,
  side: Side,
  shape: ProductShape,
  x: Indices,
  isEnd: (node: Node) => boolean,
): StridedView | undefined {
  const operand = node.inputs[side === "a" ? 0 : 1]!;
  const [rows, columns] = side === "a" ? [shape.m, shape.k] : [shape.k, shape.n];
  const batch = x.variable("z", shape.batch, 0);
  const row = x.variable(`${side}_row`, rows, 1);
  const column = x.variable(`${side}_column`, columns, 1);
  const shared = side === "b" && sharesSecond(node);
  const leading = operand.shape.slice(0, -2);
  const start = shape.flat || shared ? x.unravel(row, operand.shape.slice(0, -1)) : [...x.unravel(batch, leading), row];
  return viewAt(operand, [...start, column], row, column, x, isEnd);
}

/** The element `at` of a tensor, where `at` depends on a row and a column, as strides over memory. */
export function viewAt(
  tensor: Node,
  at: readonly Sum[],
  row: Sum,
  column: Sum,
  x: Indices,
  isEnd: (node: Node) => boolean,
): StridedView | undefined {
  const found = descend(tensor, at, x, isEnd);
  if (found === undefined) return undefined;
  const position = x.linear(found.at, found.node.shape);
  const stride = (variable: Sum) =>
    position.terms.find((t) => t.atom.id === variable.terms[0]?.atom.id)?.coefficient ?? Poly.constant(0);
  const [rowStride, columnStride] = [stride(row), stride(column)];
  const base = x.sub(position, x.add(x.mul(row, rowStride), x.mul(column, columnStride)));
  if (base.depth > 0 || hasLoad(base)) return undefined;
  if (!isStride(rowStride, x.box) || !isStride(columnStride, x.box)) return undefined;
  return { of: found.node, base, rowStride, columnStride };
}

function isStride(stride: Poly, box: SizeBox): boolean {
  return box.least(stride) >= 0;
}

function descend(
  node: Node,
  at: readonly Sum[],
  x: Indices,
  isEnd: (node: Node) => boolean,
): { node: Node; at: readonly Sum[] } | undefined {
  while (!isEnd(node)) {
    const { lower } = opNamed(node.op);
    if (lower.kind !== "movement") return undefined;
    const moved = lower.from(node, at, x.forNode(node));
    if (moved.kind !== "element") return undefined;
    node = node.inputs[moved.input]!;
    at = moved.at as readonly Sum[];
  }
  return { node, at };
}

function hasLoad(index: Sum): boolean {
  return index.terms.some(({ atom }) => atom.kind === "load" || (atom.kind !== "variable" && hasLoad(atom.of)));
}
