import { randomKey, uniformAt } from "../plan/random.ts";

const ITERATIONS = 60;

/** Rows on their first two principal axes. */
export interface Plane {
  readonly points: readonly (readonly [number, number])[];
  /** The share of the variance that each axis holds. */
  readonly shares: readonly [number, number];
}

/** Principal components of f32[rows, dim] by power iteration, the second orthogonal to the first (Pearson, 1901). */
export function principalPlane(values: Float32Array, dim: number): Plane {
  const rows = values.length / dim;
  const centred = Float64Array.from(values);
  for (let d = 0; d < dim; d++) {
    let mean = 0;
    for (let row = 0; row < rows; row++) mean += values[row * dim + d]! / rows;
    for (let row = 0; row < rows; row++) centred[row * dim + d]! -= mean;
  }
  const total = centred.reduce((sum, value) => sum + value * value, 0);
  const first = axis(centred, dim, 0, total);
  const second = axis(centred, dim, 1, total, first);
  const [x, y] = [project(centred, dim, first), project(centred, dim, second)];
  const share = (coordinates: Float64Array): number => (total > 0 ? coordinates.reduce((sum, value) => sum + value * value, 0) / total : 0);
  return { points: Array.from(x, (value, row) => [value, y[row]!]), shares: [share(x), share(y)] };
}

/** The direction of largest variance, orthogonal to `other`, 0 where none is left; from a fixed start, so that the same rows give the same picture. */
function axis(centred: Float64Array, dim: number, which: number, total: number, other?: Float64Array): Float64Array {
  const key = randomKey(0, which, 0);
  let direction = unit(Float64Array.from({ length: dim }, (_, d) => uniformAt(key, d) - 0.5), other);
  for (let i = 0; i < ITERATIONS; i++) {
    const along = project(centred, dim, direction);
    const next = new Float64Array(dim);
    along.forEach((amount, row) => {
      for (let d = 0; d < dim; d++) next[d]! += amount * centred[row * dim + d]!;
    });
    // What rounding leaves of no variance is no direction.
    if (Math.hypot(...next) <= 1e-12 * total) return new Float64Array(dim);
    direction = unit(next, other);
  }
  return direction;
}

function project(centred: Float64Array, dim: number, direction: Float64Array): Float64Array {
  return Float64Array.from({ length: centred.length / dim }, (_, row) => {
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += centred[row * dim + d]! * direction[d]!;
    return sum;
  });
}

function unit(vector: Float64Array, other: Float64Array | undefined): Float64Array {
  const overlap = other?.reduce((sum, value, d) => sum + value * vector[d]!, 0) ?? 0;
  const free = vector.map((value, d) => value - overlap * (other?.[d] ?? 0));
  const length = Math.sqrt(free.reduce((sum, value) => sum + value * value, 0));
  return length > 0 ? free.map((value) => value / length) : free;
}
