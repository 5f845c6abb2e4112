import type { DType } from "@jepac/runtime/plan";
import type { Span } from "../syntax/source.ts";
import type { Poly } from "../size/poly.ts";

/** Bytes of a buffer of the plan. `byteOffset` is a multiple of 256. */
export interface Place {
  readonly buffer: number;
  readonly byteOffset: number;
}

/** A tensor in memory, row-major, 4 bytes an element: of an outer buffer if `place` is given, else of the arena. */
export interface Tensor {
  readonly name: string;
  readonly dtype: DType;
  readonly elements: Poly;
  readonly place?: Place;
  readonly span?: Span;
}
