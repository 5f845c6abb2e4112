import type { DType, HostExpr } from "@jepac/runtime/plan";
import type { Poly } from "../size/poly.ts";
import type { Span } from "../syntax/source.ts";

/**
 * The graph: a typed, static-single-assignment DAG of tensor operations. Sizes are numbers or polynomials over
 * runtime sizes. What an operation means is in its file under compiler/ops; nothing here knows any operation.
 */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: readonly Poly[];
}

/** Attribute values are plain data, so that nodes can be printed, parsed, hashed and compared. */
export type Attr = number | string | boolean | Poly | readonly number[] | readonly Poly[] | Float64Array | HostExpr;
export type Attrs = Readonly<Record<string, Attr>>;

export interface Node extends TensorType {
  readonly id: number;
  /** A name in the op table. */
  readonly op: string;
  readonly inputs: readonly Node[];
  readonly attrs: Attrs;
  /** Where in the `.jm` text it came from; passes keep it. */
  readonly span?: Span;
}

/** A size drawn anew every run, within [min, max]. */
export interface SizeBounds {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

export interface Output {
  readonly name: string;
  readonly node: Node;
}

/** A graph is its outputs (what they reach is alive) and the bounds of the runtime sizes its shapes mention. */
export interface Graph {
  readonly name: string;
  readonly outputs: readonly Output[];
  readonly sizes: readonly SizeBounds[];
}
