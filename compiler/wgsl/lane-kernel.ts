import type { Poly } from "../size/poly.ts";
import { GRID_INPUTS, WORKGROUP, gridFor } from "./grid.ts";
import type { Interface } from "./interface.ts";
import type { Kernel, Site } from "./kernel.ts";

/** Lanes of a workgroup in kernels where each works by itself. */
const LANES = 64;

/** A kernel in which one lane does each of `items`, numbered `i`; `limit` is the parameter that holds how many there are. */
export function laneKernel(name: string, body: { readonly given: Interface; readonly limit: string; readonly lines: readonly string[] }, items: Poly, site: Site): Kernel {
  const { given, limit, lines } = body;
  const text = `${given.text()}@compute @workgroup_size(${LANES})
fn main(${GRID_INPUTS}, @builtin(local_invocation_index) lane: u32) {
  let i = (${WORKGROUP}) * ${LANES}u + lane;
  if (i >= ${limit}) {
    return;
  }
${lines.map((line) => `  ${line}`).join("\n")}
}
`;
  return { name, tensors: given.tensors, params: given.params, variants: [{ text, requires: [], workgroups: gridFor(items, LANES, site) }] };
}
