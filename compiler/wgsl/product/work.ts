import type { Node } from "../../graph/node.ts";
import type { Sum } from "../../index/expression.ts";
import type { Indices } from "../../index/indices.ts";
import type { ProductShape, Side, StridedView } from "../../schedule/operand.ts";
import type { Tensor } from "../../schedule/tensor.ts";
import type { Store } from "../kernel.ts";

/** A matrix product with what is computed from its result on the spot. */
export interface ProductWork {
  readonly node: Node;
  readonly shape: ProductShape;
  readonly stores: readonly Store[];
  /** Sums over the inner axis of an operand: f32[..S, M] of the first, f32[..S, N] of the second. */
  readonly sums: readonly (Store & { readonly side: Side })[];
  /** The element of a stored node that goes with row m and column n of product z. */
  at(node: Node, x: Indices, index: ProductIndex): Sum[];
  /** An operand; its base is in terms of the variable `z`. */
  operand(side: Side, x: Indices): StridedView & { readonly tensor: Tensor };
}

export interface ProductIndex {
  readonly z: Sum;
  readonly m: Sum;
  readonly n: Sum;
}
