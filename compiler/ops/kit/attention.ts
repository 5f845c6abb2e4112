import type { Attrs, TensorType } from "../../graph/node.ts";
import { numberOf } from "../../graph/attrs.ts";
import { count, type NdArray } from "../../graph/ndarray.ts";
import { elements, showType, type Shape } from "../../graph/type.ts";
import { Poly } from "../../size/poly.ts";
import { OpError } from "../op.ts";
import { expectDType, expectShape } from "./expect.ts";

/** Checks that tensors are f32[..S, N, H, K] of one shape, and gives it. */
export function expectHeads(tensors: readonly TensorType[]): Shape {
  const { shape } = tensors[0]!;
  if (shape.length < 3) throw new OpError("tokens, heads and channels as the last axes", showType(tensors[0]!));
  for (const tensor of tensors) {
    expectDType(tensor, ["f32"]);
    expectShape(tensor.shape, shape, "queries, keys and values of one shape,");
  }
  return shape;
}

/** Of f32[..S, N, H, K]: the shape [..S, H, N], with one number for each query. */
export function queryShape(shape: Shape): Shape {
  return [...shape.slice(0, -3), shape.at(-2)!, shape.at(-3)!];
}

/** `each` operations for each pair of a query and a key, and `eachChannel` for each of their channels. */
export function pairFlops(shape: Shape, each: number, eachChannel: number): Poly {
  const pairs = elements(shape.slice(0, -1)).mul(shape.at(-3)!);
  return pairs.mul(shape.at(-1)!.mul(Poly.constant(eachChannel)).add(Poly.constant(each)));
}

/** One head of one example: its rows in the tensors, and softmax(scale · q kᵀ) in f64. */
export class Head {
  readonly tokens: number;
  readonly #shape: readonly number[];
  readonly #number: number;

  constructor(shape: readonly number[], number: number) {
    this.#shape = shape;
    this.#number = number;
    this.tokens = shape.at(-3)!;
  }

  static all(shape: readonly number[]): Head[] {
    const heads = count(shape.slice(0, -3)) * shape.at(-2)!;
    return Array.from({ length: heads }, (_, number) => new Head(shape, number));
  }

  /** The channels of token `token` in a tensor [..S, N, .., H, K]; `part` of `parts` where an axis stands between. */
  row(x: NdArray, token: number, part = 0, parts = 1): Float64Array {
    const [heads, channels] = [this.#shape.at(-2)!, this.#shape.at(-1)!];
    const example = Math.floor(this.#number / heads);
    const at = (((example * this.tokens + token) * parts + part) * heads + (this.#number % heads)) * channels;
    return x.data.subarray(at, at + channels);
  }

  /** Where the numbers of its queries begin in a tensor [..S, H, N]. */
  get queries(): number {
    return this.#number * this.tokens;
  }

  /** Scores of one query with all keys. */
  scores(q: NdArray, k: NdArray, query: number, attrs: Attrs): number[] {
    const scale = numberOf(attrs, "scale");
    return Array.from({ length: this.tokens }, (_, key) => scale * dot(this.row(q, query), this.row(k, key)));
  }
}

export function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}

/** log Σ exp(x), safe from overflow. */
export function logSumExp(x: readonly number[]): number {
  const most = Math.max(...x);
  return most + Math.log(x.reduce((sum, value) => sum + Math.exp(value - most), 0));
}
