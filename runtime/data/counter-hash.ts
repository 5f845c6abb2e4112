/**
 * A hash of integers, used as a counter-based random generator (Salmon et al., "Parallel random numbers: as easy
 * as 1, 2, 3", 2011): the n-th draw is a function of (seed, n), so that any training step can be replayed without
 * the history before it. Mixing as in MurmurHash3's finaliser, per word. Returns 32 unsigned bits.
 */
export function hash32(seed: number, ...counters: readonly number[]): number {
  let state = mix(seed | 0);
  for (const counter of counters) state = mix(state ^ mix((counter | 0) + 0x9e3779b9)) + 0x85ebca6b;
  return mix(state) >>> 0;
}

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** Uniform in [0, 1). */
export function uniform(seed: number, ...counters: readonly number[]): number {
  return hash32(seed, ...counters) / 2 ** 32;
}

/** A whole number in [0, n), n below 2^32. */
export function below(n: number, seed: number, ...counters: readonly number[]): number {
  return Math.floor(uniform(seed, ...counters) * n);
}

/** The order of `count` clips in one epoch: Fisher-Yates with hashed draws. */
export function epochOrder(count: number, seed: number, epoch: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = below(i + 1, seed, epoch, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
