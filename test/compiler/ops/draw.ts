import type { DType } from "@jepac/runtime/plan";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import { count, ndarray, type NdArray } from "../../../compiler/graph/ndarray.ts";
import type { Graph, Node } from "../../../compiler/graph/node.ts";
import { Poly } from "../../../compiler/size/poly.ts";

/** A small graph of one operation, and a run of it. Its output is called `y`. */
export interface Sample {
  readonly graph: Graph;
  readonly g: GraphBuilder;
  readonly y: Node;
  readonly run: {
    readonly seed: number;
    readonly step: number;
    readonly sizes: Readonly<Record<string, number>>;
    readonly values: ReadonlyMap<string, NdArray>;
  };
  /** The f32 inputs, at values where the operation is smooth. */
  readonly wrt: readonly Node[];
}

/** Draws shapes (with runtime sizes `N` and `M`) and values from one seed. */
export class Draw {
  readonly g: GraphBuilder;
  readonly #sizes: Record<string, number>;
  readonly #max: number;
  readonly #values = new Map<string, NdArray>();
  readonly #wrt: Node[] = [];
  #state: number;

  constructor(seed: number, max: number) {
    this.#state = seed;
    this.#max = max;
    this.#sizes = { N: this.int(1, max), M: this.int(1, max) };
    this.g = new GraphBuilder(Object.keys(this.#sizes).map((name) => ({ name, min: 1, max })));
  }

  /** A number in [0, 1): Marsaglia's xorshift after a multiplicative step. */
  unit(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
    x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
  }

  /** An integer in [low, high]. */
  int(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  oneOf<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)]!;
  }

  flip(): boolean {
    return this.unit() < 0.5;
  }

  /** A number, a runtime size, or a little arithmetic of one. */
  size(): Poly {
    const name = Poly.atom(this.oneOf(["N", "M"]));
    const fixed = Poly.constant(this.int(1, this.#max));
    const small = Poly.constant(this.int(1, 2));
    return this.oneOf([fixed, fixed, fixed, name, name, name.mul(small), name.add(small)]);
  }

  /** Sizes of `rank` axes; few axes are long, so that samples stay small. */
  shape(rank = this.int(0, 3)): Poly[] {
    return Array.from({ length: rank }, () => this.size());
  }

  value(size: Poly): number {
    return size.evaluate(this.#sizes);
  }

  /** An input whose elements `next` gives, in row-major order. */
  input(dtype: DType, shape: readonly Poly[], next: (position: number) => number): Node {
    const name = `x${this.#values.size}`;
    const numbers = shape.map((n) => this.value(n));
    this.#values.set(name, ndarray(dtype, numbers, Array.from({ length: count(numbers) }, (_, i) => next(i))));
    const node = this.g.input(name, dtype, shape);
    if (dtype === "f32") this.#wrt.push(node);
    return node;
  }

  f32(shape: readonly Poly[], low = -2, high = 2): Node {
    return this.input("f32", shape, () => Math.fround(low + this.unit() * (high - low)));
  }

  /** Distinct numbers 0.1 apart in a random order: no two near enough to tie. */
  distinct(shape: readonly Poly[], shift = 0): Node {
    const total = count(shape.map((n) => this.value(n)));
    const order = Array.from({ length: total }, (_, i) => ({ i, key: this.unit() })).sort((a, b) => a.key - b.key);
    return this.input("f32", shape, (i) => Math.fround((order[i]!.i - total / 2) * 0.1 + shift));
  }

  i32(shape: readonly Poly[], low = -9, high = 9): Node {
    return this.input("i32", shape, () => this.int(low, high));
  }

  bool(shape: readonly Poly[]): Node {
    return this.input("bool", shape, () => this.int(0, 1));
  }

  /** A weight with a value. */
  weight(shape: readonly Poly[]): Node {
    const name = "w";
    const numbers = shape.map((n) => this.value(n));
    this.#values.set(name, ndarray("f32", numbers, Array.from({ length: count(numbers) }, () => Math.fround(this.unit()))));
    const node = this.g.weight(name, shape);
    this.#wrt.push(node);
    return node;
  }

  sample(y: Node): Sample {
    return {
      graph: this.g.graph(y.op, [{ name: "y", node: y }]),
      g: this.g,
      y,
      run: { seed: 7, step: this.int(0, 5), sizes: this.#sizes, values: this.#values },
      wrt: this.#wrt,
    };
  }
}
