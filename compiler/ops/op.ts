import type { GraphBuilder } from "../graph/builder.ts";
import type { Node, TensorType } from "../graph/node.ts";
import type { Poly } from "../size/poly.ts";
import type { NdArray } from "../graph/ndarray.ts";
import type { HostEnv } from "@jepac/runtime/plan";

/**
 * One operation: everything the compiler knows of it. Adding an operation is adding one file that exports an
 * `OpDef` and one line in table.ts.
 */
export interface OpDef {
  readonly name: string;
  /** One sentence with shapes, for the generated operation table. */
  readonly doc: string;
  /** The attributes a node must carry, and nothing else. */
  readonly attrs: Readonly<Record<string, AttrKind>>;
  /** The result type. Throws `OpError` (expected, found) if inputs or attributes do not fit: the verifier's check. */
  infer(inputs: readonly TensorType[], attrs: Node["attrs"], declared: TensorType | undefined): TensorType;
  /**
   * Vector-Jacobian product: given the node and the cotangent of its result, the cotangent of each input
   * (`null`: none flows). Absent where no gradient ever flows (integer results, random numbers, sources).
   */
  vjp?(node: Node, cotangent: Node, g: GraphBuilder): readonly (Node | null)[];
  /** The reference: f64 arithmetic, direct loops, no cleverness. */
  evaluate(node: Node, inputs: readonly NdArray[], env: EvalEnv): NdArray;
  /** Floating-point operations for one evaluation, a multiply-add counted as two; absent: one per result element. */
  flops?(node: Node): Poly;
  readonly lower: Lowering;
}

/** What an attribute holds: a number, a text, axis numbers, sizes, table contents, a host expression. */
export type AttrKind = "number" | "text" | "ints" | "sizes" | "data" | "host";

/** What the reference evaluator may ask for. */
export interface EvalEnv extends HostEnv {
  /** Values of `input` and `weight` nodes, by name. */
  readonly values: ReadonlyMap<string, NdArray>;
  /** The concrete shape of a node in this run. */
  shape(node: TensorType): number[];
}

/**
 * How a kernel computes one element. `i32` index arithmetic is symbolic (`Index`), so that movement composes and
 * simplifies before any text is made.
 */
export type Lowering =
  /**
   * A WGSL expression of the inputs' elements at the same index. Arguments and result are operands: names, calls,
   * literals (negative ones in parentheses), or parenthesised. `helpers` is the text of the functions that the
   * expression calls, or empty; equal texts are the same functions.
   */
  | {
      readonly kind: "elementwise";
      wgsl(args: readonly string[], node: Node): string;
      helpers?(node: Node): string;
    }
  /** An element moved: which input element stands at an output index. */
  | { readonly kind: "movement"; from(node: Node, at: readonly Index[], x: IndexAlgebra): Moved }
  /** Folds elements over `attrs.axes`; `identity` and `combine` give WGSL expressions of the node's dtype. */
  | { readonly kind: "reduce"; identity(node: Node): string; combine(a: string, b: string): string }
  /** No inputs: a value from the index and host values (constant, iota, uniform, scalar), or a buffer (input, weight, table). */
  | { readonly kind: "source" }
  /** Has a kernel template of its own in compiler/wgsl (matmul, argsort, scatter_add, ...). */
  | { readonly kind: "kernel" };

/** A symbolic index or condition; only the algebra looks inside. */
export interface Index {
  readonly brand: "index";
}
export interface Condition {
  readonly brand: "condition";
}
export interface IndexAlgebra {
  size(value: Poly | number): Index;
  add(a: Index, b: Index): Index;
  sub(a: Index, b: Index): Index;
  mul(a: Index, b: Poly | number): Index;
  /** Floor division and remainder of a non-negative index. */
  div(a: Index, b: Poly | number): Index;
  mod(a: Index, b: Poly | number): Index;
  less(a: Index, b: Index): Condition;
  and(a: Condition, b: Condition): Condition;
  /** The integer held by element `at` of an i32 input: what `gather` indexes with. */
  load(input: number, at: readonly Index[]): Index;
}
/**
 * Where an output element comes from: an element of an input, a constant, or a choice between two such. Indices in
 * the branch not taken may lie outside the input.
 */
export type Moved =
  | { readonly kind: "element"; readonly input: number; readonly at: readonly Index[] }
  | { readonly kind: "fill"; readonly value: number }
  | { readonly kind: "choice"; readonly when: Condition; readonly then: Moved; readonly otherwise: Moved };

export class OpError extends Error {
  readonly expected: string;
  readonly found: string;

  constructor(expected: string, found: string) {
    super(`expected ${expected}, found ${found}`);
    this.expected = expected;
    this.found = found;
  }
}
