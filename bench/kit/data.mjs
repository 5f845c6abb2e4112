// The one problem that every library gets: sizes, starting weights, input and target, the same numbers everywhere.

/** The defaults of kit.jm, and AdamW's settings. */
export const KIT = { batch: 8, tokens: 128, patch: 256, dim: 192, depth: 4, heads: 3, lnEps: 1e-6, lr: 1e-3, b1: 0.9, b2: 0.999, eps: 1e-8, decay: 0.05 };

/** Spread of each kind of tensor, around `mean`. */
const KINDS = { matrix: { mean: 0, std: 0.05 }, bias: { mean: 0, std: 0.02 }, gain: { mean: 1, std: 0.1 }, signal: { mean: 0, std: 1 } };

/** Names, shapes and kinds of the weights, in kit.jm's names. Matrices are [out, in]. */
export function kitWeights({ tokens, patch, dim, depth } = KIT) {
  const linear = (name, from, to) => [{ name: `${name}.weight`, shape: [to, from], kind: "matrix" }, { name: `${name}.bias`, shape: [to], kind: "bias" }];
  const norm = (name) => [{ name: `${name}.weight`, shape: [dim], kind: "gain" }, { name: `${name}.bias`, shape: [dim], kind: "bias" }];
  const block = (name) => [
    ...norm(`${name}.norm1`), ...linear(`${name}.attn.qkv`, dim, 3 * dim), ...linear(`${name}.attn.proj`, dim, dim),
    ...norm(`${name}.norm2`), ...linear(`${name}.mlp.fc1`, dim, 4 * dim), ...linear(`${name}.mlp.fc2`, 4 * dim, dim),
  ];
  return [
    ...linear("encoder.embed", patch, dim), { name: "encoder.pos", shape: [tokens, dim], kind: "bias" },
    ...Array.from({ length: depth }, (_, i) => block(`encoder.blocks.${i}`)).flat(), ...norm("encoder.norm"),
  ];
}

/** @returns {{ weights: { name: string, shape: number[], data: Float32Array }[], x: Float32Array, y: Float32Array }} */
export function kitData(sizes = KIT) {
  const { batch, tokens, patch, dim } = sizes;
  const weights = kitWeights(sizes).map(({ name, shape, kind }, i) => ({ name, shape, data: normals(i, kind, count(shape)) }));
  const x = normals(1000, "signal", batch * tokens * patch);
  const y = normals(1001, "signal", batch * tokens * dim);
  return { weights, x, y };
}

/** Multiply-adds (two each) of a step's matrix products: forward, and backward but for the input's own gradient. */
export function kitFlops({ batch, tokens, patch, dim, depth } = KIT) {
  const rows = batch * tokens;
  const linears = 2 * rows * 12 * dim * dim;
  const attention = 2 * 2 * rows * tokens * dim;
  return 2 * (2 * rows * patch * dim) + 3 * depth * (linears + attention);
}

export function count(shape) {
  return shape.reduce((product, size) => product * size, 1);
}

/** Normal numbers by Box and Muller, each from two hashes of (stream, place). */
function normals(stream, kind, length) {
  const { mean, std } = KINDS[kind];
  return Float32Array.from({ length }, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log((hash(stream, 2 * i) + 1) / 2 ** 32));
    return mean + std * radius * Math.cos((2 * Math.PI * hash(stream, 2 * i + 1)) / 2 ** 32);
  });
}

/** 32 well-mixed bits: two rounds of multiply and shift over the stream and the place. */
function hash(stream, place) {
  let h = Math.imul(stream + 1, 0x9e3779b1) ^ Math.imul(place + 1, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

/** Two matrices, [m, k] and [k, n]. */
export function matmulData([m, k, n]) {
  return { a: normals(2000, "signal", m * k), b: normals(2001, "signal", k * n) };
}

/** Normal numbers, soon repeated: for speed, not for learning. */
export function kitNoise(length) {
  const block = normals(3000, "signal", Math.min(length, 65_537));
  const noise = new Float32Array(length);
  for (let at = 0; at < length; at += block.length) noise.set(block.subarray(0, Math.min(block.length, length - at)), at);
  return noise;
}
