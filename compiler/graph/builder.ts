import type { DType, HostExpr } from "@jepac/runtime/plan";
import { findOp } from "../ops/table.ts";
import { OpError } from "../ops/op.ts";
import type { Span } from "../syntax/source.ts";
import { checkAttrs } from "./attrs.ts";
import { hostSize } from "./host-size.ts";
import { Interner } from "./intern.ts";
import { foldConstants } from "./fold-constants.ts";
import type { Attrs, Graph, Node, Output, SizeBounds, TensorType } from "./node.ts";
import { elements, sameShape, shapeOf, size, type SizeLike } from "./type.ts";

type Sizes = readonly SizeLike[];

/**
 * Makes the nodes of one graph. Equal expressions become the same node, and what is known at once is not built:
 * arithmetic on constants, movement that moves nothing. Sizes never stretch by themselves; `expand` does that where
 * it is wanted. Every method throws `OpError` if types do not fit.
 */
export class GraphBuilder {
  /** Given to the nodes made from now on. */
  span: Span | undefined;
  readonly #sizes: readonly SizeBounds[];
  readonly #nodes = new Interner();

  constructor(sizes: readonly SizeBounds[] = []) {
    this.#sizes = sizes;
  }

  /** How many nodes there are so far: the number of the next new one. */
  get size(): number {
    return this.#nodes.size;
  }

  graph(name: string, outputs: readonly Output[]): Graph {
    return { name, outputs, sizes: this.#sizes };
  }

  /** A node of any operation; `declared` is the result type where inputs and attributes do not decide it. */
  node(op: string, inputs: readonly Node[], attrs: Attrs = {}, declared?: TensorType): Node {
    const def = findOp(op);
    if (def === undefined) throw new OpError("the name of an operation", `'${op}'`);
    for (const input of inputs) {
      if (!this.#nodes.owns(input)) throw new Error(`${op}: an input belongs to another builder`);
    }
    checkAttrs(attrs, def.attrs);
    const type = def.infer(inputs, attrs, declared);
    const folded = foldConstants(def, inputs, attrs, type);
    if (folded !== undefined) return this.constant(folded, type.dtype, type.shape);
    return this.#nodes.intern({ op, inputs, attrs, ...type, ...(this.span && { span: this.span }) });
  }

  // ---------------------------------------------------------------- sources

  input(name: string, dtype: DType, shape: Sizes): Node {
    return this.node("input", [], { name }, { dtype, shape: shapeOf(shape) });
  }
  weight(name: string, shape: Sizes, dtype: DType = "f32"): Node {
    return this.node("weight", [], { name }, { dtype, shape: shapeOf(shape) });
  }
  constant(value: number, dtype: DType, shape: Sizes): Node {
    return this.node("constant", [], { value }, { dtype, shape: shapeOf(shape) });
  }
  table(data: Float64Array, dtype: DType, shape: Sizes): Node {
    return this.node("table", [], { data }, { dtype, shape: shapeOf(shape) });
  }
  scalar(expr: HostExpr, dtype: "f32" | "i32" = "f32"): Node {
    return typeof expr === "number"
      ? this.constant(expr, dtype, [])
      : this.node("scalar", [], { expr }, { dtype, shape: [] });
  }
  iota(shape: Sizes, axis: number): Node {
    return this.node("iota", [], { axis }, { dtype: "i32", shape: shapeOf(shape) });
  }
  /** `first`: how many elements stand before these where they are a part of a larger tensor. */
  uniform(shape: Sizes, site: number, first: HostExpr = 0): Node {
    return this.node("uniform", [], { site, first }, { dtype: "f32", shape: shapeOf(shape) });
  }

  // ---------------------------------------------------------------- element by element

  neg = (x: Node): Node => this.node("neg", [x]);
  exp = (x: Node): Node => this.node("exp", [x]);
  log = (x: Node): Node => this.node("log", [x]);
  sqrt = (x: Node): Node => this.node("sqrt", [x]);
  rsqrt = (x: Node): Node => this.node("rsqrt", [x]);
  sin = (x: Node): Node => this.node("sin", [x]);
  cos = (x: Node): Node => this.node("cos", [x]);
  tanh = (x: Node): Node => this.node("tanh", [x]);
  erf = (x: Node): Node => this.node("erf", [x]);
  abs = (x: Node): Node => this.node("abs", [x]);
  floor = (x: Node): Node => this.node("floor", [x]);
  ceil = (x: Node): Node => this.node("ceil", [x]);
  round = (x: Node): Node => this.node("round", [x]);
  not = (x: Node): Node => this.node("not", [x]);
  stop = (x: Node): Node => this.node("stop", [x]);
  cast = (x: Node, to: DType): Node => (x.dtype === to ? x : this.node("cast", [x], { to }));

  add = (a: Node, b: Node): Node => this.node("add", [a, b]);
  sub = (a: Node, b: Node): Node => this.node("sub", [a, b]);
  mul = (a: Node, b: Node): Node => this.node("mul", [a, b]);
  div = (a: Node, b: Node): Node => this.node("div", [a, b]);
  mod = (a: Node, b: Node): Node => this.node("mod", [a, b]);
  pow = (a: Node, b: Node): Node => this.node("pow", [a, b]);
  min = (a: Node, b: Node): Node => this.node("min", [a, b]);
  max = (a: Node, b: Node): Node => this.node("max", [a, b]);
  lt = (a: Node, b: Node): Node => this.node("lt", [a, b]);
  le = (a: Node, b: Node): Node => this.node("le", [a, b]);
  gt = (a: Node, b: Node): Node => this.node("gt", [a, b]);
  ge = (a: Node, b: Node): Node => this.node("ge", [a, b]);
  eq = (a: Node, b: Node): Node => this.node("eq", [a, b]);
  ne = (a: Node, b: Node): Node => this.node("ne", [a, b]);
  and = (a: Node, b: Node): Node => this.node("and", [a, b]);
  or = (a: Node, b: Node): Node => this.node("or", [a, b]);
  select = (condition: Node, a: Node, b: Node): Node => this.node("select", [condition, a, b]);

  // ---------------------------------------------------------------- movement

  reshape(x: Node, shape: Sizes): Node {
    const sizes = shapeOf(shape);
    return sameShape(x.shape, sizes) ? x : this.node("reshape", [x], {}, { dtype: x.dtype, shape: sizes });
  }
  /** Output axis i is input axis `perm[i]`. */
  transpose(x: Node, perm: readonly number[]): Node {
    const moves = perm.length !== x.shape.length || perm.some((axis, i) => axis !== i);
    return moves ? this.node("transpose", [x], { perm }) : x;
  }
  /** Input axis i lies at output axis `axes[i]`; the other output axes are new. */
  broadcast(x: Node, axes: readonly number[], shape: Sizes): Node {
    const sizes = shapeOf(shape);
    return axes.length === sizes.length && sameShape(x.shape, sizes)
      ? x
      : this.node("broadcast", [x], { axes }, { dtype: x.dtype, shape: sizes });
  }
  slice(x: Node, starts: Sizes, shape: Sizes): Node {
    const sizes = shapeOf(shape);
    return sameShape(x.shape, sizes)
      ? x
      : this.node("slice", [x], { starts: shapeOf(starts) }, { dtype: x.dtype, shape: sizes });
  }
  pad(x: Node, before: Sizes, shape: Sizes, value: number): Node {
    const sizes = shapeOf(shape);
    return sameShape(x.shape, sizes)
      ? x
      : this.node("pad", [x], { before: shapeOf(before), value }, { dtype: x.dtype, shape: sizes });
  }
  concat(parts: readonly Node[], axis: number): Node {
    return parts.length === 1 ? parts[0]! : this.node("concat", parts, { axis });
  }
  /** Cuts of `size` elements every `step` along the last axis; `shape` is the whole result's. */
  window(x: Node, cut: { readonly size: number; readonly step: number }, shape: Sizes): Node {
    return this.node("window", [x], { size: cut.size, step: cut.step }, { dtype: x.dtype, shape: shapeOf(shape) });
  }
  gather(x: Node, at: Node, batch: number): Node {
    return this.node("gather", [x, at], { batch });
  }

  // ---------------------------------------------------------------- reductions and kernels

  sum(x: Node, axes: readonly number[]): Node {
    return axes.length === 0 ? x : this.node("sum", [x], { axes });
  }
  amax(x: Node, axes: readonly number[]): Node {
    return axes.length === 0 ? x : this.node("amax", [x], { axes });
  }
  matmul(a: Node, b: Node): Node {
    return this.node("matmul", [a, b]);
  }
  scatterAdd(at: Node, updates: Node, batch: number, shape: Sizes): Node {
    return this.node("scatter_add", [at, updates], { batch }, { dtype: updates.dtype, shape: shapeOf(shape) });
  }
  argsort(x: Node): Node {
    return this.node("argsort", [x]);
  }

  // ---------------------------------------------------------------- made of the above

  /** A constant of the type of `like`. */
  fill(value: number, like: TensorType): Node {
    return this.constant(value, like.dtype, like.shape);
  }
  zerosLike(like: TensorType): Node {
    return this.fill(0, like);
  }
  /** A size as a scalar: a constant, or what the host computes each step. */
  extent(value: SizeLike, dtype: "f32" | "i32" = "f32"): Node {
    return this.scalar(hostSize(size(value)), dtype);
  }
  square(x: Node): Node {
    return this.mul(x, x);
  }
  /** The mean over `axes`, which are dropped. */
  mean(x: Node, axes: readonly number[]): Node {
    const total = this.sum(x, axes);
    const over = this.extent(elements(axes.map((axis) => x.shape[axis]!)));
    return this.div(total, this.broadcast(over, [], total.shape));
  }
  /** The last two axes exchanged. */
  swapLast(x: Node): Node {
    const order = x.shape.map((_, axis) => axis);
    return this.transpose(x, [...order.slice(0, -2), ...order.slice(-2).reverse()]);
  }
  /** As NumPy broadcasts: axes aligned at the right, axes of size 1 repeated. Throws `OpError` if they do not fit. */
  expand(x: Node, shape: Sizes): Node {
    const sizes = shapeOf(shape);
    const offset = sizes.length - x.shape.length;
    const axes = x.shape.map((_, i) => i).filter((i) => offset >= 0 && x.shape[i]!.equals(sizes[i + offset]!));
    const rest = x.shape.filter((_, i) => !axes.includes(i));
    if (offset < 0 || rest.some((n) => n.constant !== 1)) {
      throw new OpError(`a shape that stretches to [${sizes.join(", ")}]`, `[${x.shape.join(", ")}]`);
    }
    const squeezed = this.reshape(x, axes.map((i) => x.shape[i]!));
    return this.broadcast(squeezed, axes.map((i) => i + offset), sizes);
  }
}
