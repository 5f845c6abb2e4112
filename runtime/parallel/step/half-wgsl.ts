import { BLOCK_VALUES, LEAST_EXPONENT, NOT_FINITE } from "../sum/half-block.ts";

/** Lanes of a block: each has two gradients, which are one word when packed. */
const LANES = BLOCK_VALUES / 2;
/** Blocks of a workgroup. */
export const BLOCKS = 4;
const WORDS = 1 + LANES;

const HEAD = /* wgsl */ `
@group(0) @binding(0) var<uniform> first: vec4u; // x: the first of these blocks among those of \`packed\`
@group(0) @binding(1) var<storage, read_write> gradients: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> packed: array<u32>;
`;
const MAIN = /* wgsl */ `
@compute @workgroup_size(${LANES}, ${BLOCKS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let block = group.x * ${BLOCKS}u + lane.y;
  let blocks = arrayLength(&gradients) / ${LANES}u;
  let pair = block * ${LANES}u + lane.x;
  let at = (first.x + block) * ${WORDS}u;`;

/**
 * Packs gradients (f32, blocks of 64) as \`half-block.ts\` says. All by integers, but for the product with a power of
 * two, which is exact: drivers differ in how \`pack2x16float\` rounds.
 */
export const PACK = /* wgsl */ `${HEAD}
var<workgroup> largest: array<atomic<u32>, ${BLOCKS}>;

// To the nearest, ties to even; what would be subnormal becomes 0.
fn half(bits: vec2u) -> vec2u {
  let magnitude = bits & vec2u(0x7fffffffu);
  let rounded = ((magnitude + 0xfffu + ((magnitude >> vec2u(13u)) & vec2u(1u))) >> vec2u(13u)) - 0x1c000u;
  return select(vec2u(0u), rounded, magnitude >= vec2u(0x38800000u)) | ((bits >> vec2u(16u)) & vec2u(0x8000u));
}
${MAIN}
  var bits = vec2u(0u);
  if (block < blocks) {
    bits = gradients[pair];
  }
  // Of positive numbers, infinity and NaN included, the bits have the order of the values.
  let magnitude = bits & vec2u(0x7fffffffu);
  atomicMax(&largest[lane.y], max(magnitude.x, magnitude.y));
  workgroupBarrier();
  let most = atomicLoad(&largest[lane.y]);
  if (block >= blocks) {
    return;
  }
  let exponent = max(most >> 23u, ${LEAST_EXPONENT}u);
  if (lane.x == 0u) {
    packed[at] = select((exponent - 14u) << 23u, ${NOT_FINITE}u, most >= 0x7f800000u);
  }
  let power = bitcast<f32>((268u - exponent) << 23u);
  let halves = half(bitcast<vec2u>(bitcast<vec2f>(bits) * power));
  packed[at + 1u + lane.x] = (halves.x & 0xffffu) | (halves.y << 16u);
}`;

/** The way back: exact, so that all devices get the same bits. */
export const UNPACK = /* wgsl */ `${HEAD}${MAIN}
  if (block >= blocks) {
    return;
  }
  let power = packed[at];
  let values = bitcast<vec2u>(unpack2x16float(packed[at + 1u + lane.x]) * bitcast<f32>(power));
  gradients[pair] = select(values, vec2u(${NOT_FINITE}u), power == ${NOT_FINITE}u);
}`;
