import { hostSize } from "../graph/host-size.ts";
import type { Node } from "../graph/node.ts";
import { elements } from "../graph/type.ts";
import type { Tensor } from "../schedule/tensor.ts";
import { GRID_INPUTS, WORKGROUP, gridFor } from "./grid.ts";
import { Interface } from "./interface.ts";
import type { Kernel, Site } from "./kernel.ts";

/**
 * Sorts rows by counting: an element's place is the number of those before it, by value and then by position. So
 * the order is total (also with NaN, which goes last) and the same on every device. One workgroup for each row.
 */
export function argsortKernel(name: string, node: Node, from: Tensor, to: readonly Tensor[], site: Site): Kernel {
  const rows = elements(node.shape.slice(0, -1));
  const given = new Interface(false);
  const count = given.ownParam("u32", hostSize(rows));
  const length = given.ownParam("u32", hostSize(node.shape.at(-1)!));
  const source = given.binding(from);
  const results = to.map((tensor) => given.binding(tensor));
  const text = `override WG: u32 = 64u;
${given.text()}${KEY[from.dtype as "f32" | "i32"]}@compute @workgroup_size(WG)
fn main(${GRID_INPUTS}, @builtin(local_invocation_index) lane: u32) {
  let row = ${WORKGROUP};
  if (row >= ${count}) {
    return;
  }
  let start = row * ${length};
  for (var i = lane; i < ${length}; i += WG) {
    let own = key(${source}[start + i]);
    var place = 0u;
    for (var j = 0u; j < ${length}; j++) {
      let other = key(${source}[start + j]);
      place += u32(other < own || (other == own && j < i));
    }
${results.map((result) => `    ${result}[start + place] = i32(i);`).join("\n")}
  }
}
`;
  const variant = { text, requires: [], rowLanes: true, workgroups: gridFor(rows, 1, site) };
  return { name, tensors: given.tensors, params: given.params, variants: [variant] };
}

/** An unsigned integer that orders as the value does; the two zeros are equal. */
const KEY = {
  f32: `fn key(x: f32) -> u32 {
  let bits = bitcast<u32>(select(x, 0.0, x == 0.0));
  return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}
`,
  i32: `fn key(x: i32) -> u32 {
  return bitcast<u32>(x) ^ 0x80000000u;
}
`,
};
