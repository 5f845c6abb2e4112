import type { DType } from "@jepac/runtime/plan";
import type { Span } from "../syntax/source.ts";
import type { Poly } from "../size/poly.ts";

/** Bytes of a buffer of the plan. `byteOffset` is a multiple of 256. */
export interface Place {
  readonly buffer: number;
  readonly byteOffset: number;
}

/** A tensor in memory, row-major: of an outer buffer if `place` is given, else of the arena. */
export interface Tensor {
  readonly name: string;
  readonly dtype: DType;
  readonly elements: Poly;
  /** Stored as f16, 2 bytes an element, and computed with as f32; else 4 bytes an element. */
  readonly half: boolean;
  readonly place?: Place;
  readonly span?: Span;
}
