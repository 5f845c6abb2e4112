import type { Tensor } from "../schedule/tensor.ts";
import { GRID_INPUTS } from "./grid.ts";
import type { Kernel } from "./kernel.ts";

const LANES = 256;
/** Enough to keep a large GPU busy with nothing but reading. */
const MOST_WORKGROUPS = 1024;

/**
 * Sets `flag` to 1 where a number of `values` (f32, a multiple of four of them) is infinite or NaN, and else leaves it
 * alone. By their bits, as a driver may assume that no arithmetic gives such numbers.
 */
export function overflowKernel(values: Tensor, count: number, flag: Tensor): Kernel {
  const fours = count / 4;
  const text = `struct Params {
  p0: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> b0: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> b1: array<atomic<u32>>;
@compute @workgroup_size(${LANES})
fn main(${GRID_INPUTS}, @builtin(local_invocation_index) lane: u32) {
  const exponent = vec4u(0x7f800000u);
  var found = false;
  for (var i = group.x * ${LANES}u + lane; i < p.p0; i += groups.x * ${LANES}u) {
    found = found || any((b0[i] & exponent) == exponent);
  }
  if (found) {
    atomicStore(&b1[0], bitcast<u32>(1.0));
  }
}
`;
  const workgroups = [Math.min(MOST_WORKGROUPS, Math.ceil(fours / LANES)), 1, 1] as const;
  return { name: "overflow", tensors: [values, flag], params: [{ type: "u32", value: fours }], variants: [{ text, requires: [], workgroups }] };
}
