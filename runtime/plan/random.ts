/**
 * The counter-based random function. It is part of the contract: the reference evaluator, the WGSL kernels and
 * the host all compute these same bits, so any step can be replayed from (seed, step, site) alone.
 */

/** A 32-bit finaliser with low bias: every input bit flips every output bit with probability close to 1/2. */
export function mix32(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The u32 key of one random site (one `uniform(...)` in the program) at one step of one run. */
export function randomKey(seed: number, step: number, site: number): number {
  return mix32(mix32(mix32((seed >>> 0) ^ 0x9e3779b9) ^ (step >>> 0)) ^ Math.imul(site + 1, 0x85ebca6b));
}

/** The `index`-th uniform number in [0, 1) of a stream, a multiple of 2^-24 (exact in f32). */
export function uniformAt(key: number, index: number): number {
  return (mix32(mix32((index + 0x9e3779b9) >>> 0) ^ key) >>> 8) / 0x1000000;
}
