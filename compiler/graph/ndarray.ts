import type { DType } from "@jepac/runtime/plan";

/** A concrete tensor, row-major, all dtypes as f64 (i32 exact; bool 0 or 1): what the reference evaluator computes with. */
export interface NdArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function count(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** An array of zeros. */
export function zeros(dtype: DType, shape: readonly number[]): NdArray {
  return { dtype, shape, data: new Float64Array(count(shape)) };
}

export function ndarray(dtype: DType, shape: readonly number[], data: ArrayLike<number>): NdArray {
  if (data.length !== count(shape)) {
    throw new Error(`expected ${count(shape)} values for shape [${shape.join(", ")}], found ${data.length}`);
  }
  return { dtype, shape, data: Float64Array.from(data) };
}

/** Elements between neighbours along each axis. */
export function strides(shape: readonly number[]): number[] {
  const steps = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) steps[i] = steps[i + 1]! * shape[i + 1]!;
  return steps;
}

/** Calls with every index in row-major order and its position. The index array is reused between calls. */
export function forEachIndex(shape: readonly number[], visit: (index: readonly number[], position: number) => void): void {
  const total = count(shape);
  const index = new Array<number>(shape.length).fill(0);
  for (let position = 0; position < total; position++) {
    visit(index, position);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** The position of an index. Throws if it lies outside the shape. */
export function position(shape: readonly number[], index: readonly number[]): number {
  let at = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    const i = index[axis]!;
    if (!(i >= 0 && i < shape[axis]!)) {
      throw new Error(`index [${index.join(", ")}] lies outside shape [${shape.join(", ")}]`);
    }
    at = at * shape[axis]! + i;
  }
  return at;
}
