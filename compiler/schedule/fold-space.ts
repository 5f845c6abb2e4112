import { intsOf } from "../graph/attrs.ts";
import type { Node } from "../graph/node.ts";
import { elements, sameShape, type Shape } from "../graph/type.ts";
import type { Sum } from "../index/expression.ts";
import type { Indices } from "../index/indices.ts";
import type { SizeBox } from "../index/size-box.ts";
import type { Poly } from "../size/poly.ts";

/** Rows shorter than this are folded by one lane rather than by a workgroup. */
const SHORT_ROW = 16;

/** What a reduction runs over: a shape, and the axes folded away. Reductions of equal spaces can share a kernel. */
export class FoldSpace {
  readonly key: string;
  readonly shape: Shape;
  /** The number of reductions, and of elements in each. */
  readonly outer: Poly;
  readonly inner: Poly;
  /** The folded axes are the last ones. */
  readonly trailing: boolean;
  /** A workgroup folds each row together. */
  readonly byRows: boolean;
  readonly #axes: readonly number[];

  constructor(reduce: Node, box: SizeBox) {
    this.shape = reduce.inputs[0]!.shape;
    this.#axes = intsOf(reduce.attrs, "axes");
    this.outer = elements(this.#sizes(false));
    this.inner = elements(this.#sizes(true));
    const first = this.shape.length - this.#axes.length;
    this.trailing = this.#axes.every((axis, i) => axis === first + i);
    this.byRows = this.trailing && box.most(this.inner) >= SHORT_ROW;
    // Trailing axes may be grouped in any way: only the two counts matter.
    this.key = this.trailing
      ? `${this.outer.key}|${this.inner.key}`
      : `${this.shape.map((n) => n.key).join(",")}/${this.#axes.join(",")}`;
  }

  /** The element of a tensor of that shape which belongs to reduction `outer` as its element `inner`. */
  at(x: Indices, shape: Shape, outer: Sum, inner: Sum): Sum[] {
    if (this.trailing) return x.unravel(x.add(x.mul(outer, this.inner), inner), shape);
    const o = x.unravel(outer, this.#sizes(false));
    const i = x.unravel(inner, this.#sizes(true));
    return shape.map((_, axis) => (this.#axes.includes(axis) ? i.shift()! : o.shift()!));
  }

  /** Could a node have one element for each element of the space? */
  holdsFull(node: Node): boolean {
    if (!this.trailing) return sameShape(node.shape, this.shape);
    return elements(node.shape).equals(this.outer.mul(this.inner));
  }

  #sizes(folded: boolean): Poly[] {
    return this.shape.filter((_, axis) => this.#axes.includes(axis) === folded);
  }
}
