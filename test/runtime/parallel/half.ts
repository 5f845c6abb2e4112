/**
 * What runtime/parallel/sum/half-block.ts says of blocks in half precision, by arithmetic instead of by bits: the
 * reference that processor and device are held to.
 */
export const BLOCK = 64;
const WORDS = 33;

/** Packs f32, a multiple of 64 of them. */
export function packed(values: Float32Array): Uint8Array {
  const words = new Uint32Array((values.length / BLOCK) * WORDS);
  const powers = new Float32Array(words.buffer);
  const halves = new Uint16Array(words.buffer);
  for (let block = 0; block * BLOCK < values.length; block++) {
    const of = values.subarray(block * BLOCK, (block + 1) * BLOCK);
    const largest = of.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (!Number.isFinite(largest)) {
      words[block * WORDS] = 0x7fc00000;
      continue;
    }
    const power = 2 ** (Math.max(largest === 0 ? -Infinity : exponentOf(largest), -86) - 14);
    powers[block * WORDS] = power;
    of.forEach((value, i) => (halves[2 * (block * WORDS + 1) + i] = halfOf(value / power)));
  }
  return new Uint8Array(words.buffer);
}

/** The f32 that blocks stand for. */
export function unpacked(bytes: Uint8Array): Float32Array {
  const { buffer } = bytes.slice();
  const [words, powers, halves] = [new Uint32Array(buffer), new Float32Array(buffer), new Uint16Array(buffer)];
  return Float32Array.from({ length: (words.length / WORDS) * BLOCK }, (_, i) => {
    const block = Math.floor(i / BLOCK);
    return powers[block * WORDS]! * valueOf(halves[2 * (block * WORDS + 1) + (i % BLOCK)]!);
  });
}

/** The sum of several ranks' gradients that travelled so: in f32, in the order of the ranks. */
export function sumInOrder(terms: readonly Float32Array[]): Float32Array {
  const sums = new Float32Array(terms[0]!.length);
  for (const term of terms) unpacked(packed(term)).forEach((value, i) => (sums[i] = sums[i]! + value));
  return sums;
}

/** Blocks of gradients of all sizes, some with what is special: zeros, the smallest and the largest numbers. */
export function gradients(blocks: number, seed: number): Float32Array {
  const values = Float32Array.from({ length: blocks * BLOCK }, (_, i) => Math.sin(1 + seed * 7.7 + i * i * 0.37) * 10 ** (((Math.floor(i / BLOCK) * 7 + seed) % 50) - 30) * 2 ** -(i % 40));
  values.fill(0, BLOCK, 2 * BLOCK);
  values.set([1e-45, -3e-39, 1.2e-38, 0, -0], 2 * BLOCK);
  values.set([8e37, -8e37, 1, 1e-30], 3 * BLOCK);
  // Halfway between two f16, where the even one is right, and a carry into the exponent.
  values.set([1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 - 2 ** -12, -(2 - 2 ** -12)], 4 * BLOCK);
  return values;
}

const exponentOf = (value: number): number => {
  let exponent = Math.floor(Math.log2(value));
  while (2 ** exponent > value) exponent--;
  while (2 ** (exponent + 1) <= value) exponent++;
  return exponent;
};

function halfOf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude < 2 ** -14) return sign;
  const exponent = exponentOf(magnitude);
  const scaled = magnitude / 2 ** (exponent - 10);
  const [floor, rest] = [Math.floor(scaled), scaled % 1];
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // 2^11 carries into the exponent by itself.
  return sign | ((exponent + 15) * 1024 + rounded - 1024);
}

function valueOf(half: number): number {
  const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
  const magnitude = exponent === 0 ? 0 : (1024 + fraction) * 2 ** (exponent - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}
