/** Items of a view with these sizes. */
export const items = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** The last item that a view reaches, counted from its offset; -1 for an empty view. */
export function lastItem(shape: readonly number[], strides: readonly number[]): number {
  return items(shape) === 0 ? -1 : shape.reduce((last, size, axis) => last + (size - 1) * strides[axis]!, 0);
}

/** The items of a view, row-major. Whoever calls has made sure that the view lies within `values`. */
export function gatherStrided(values: Float32Array, offset: number, shape: readonly number[], strides: readonly number[]): Float32Array {
  const count = items(shape);
  if (isContiguous(shape, strides)) return values.subarray(offset, offset + count);
  const result = new Float32Array(count);
  const index = new Array<number>(shape.length).fill(0);
  let from = offset;
  for (let to = 0; to < count; to++) {
    result[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
