import type { Limits } from "../../../runtime/plan/index.ts";
import type { Graph } from "../../../compiler/graph/node.ts";
import { topological } from "../../../compiler/graph/order.ts";
import { KernelLibrary } from "../../../compiler/schedule/library.ts";
import { lower } from "../../../compiler/schedule/lower.ts";
import type { Place } from "../../../compiler/schedule/tensor.ts";
import type { Lowered } from "../../../compiler/schedule/types.ts";

export const LIMITS: Limits = {
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 31,
  maxStorageBuffersPerShaderStage: 10,
  maxComputeWorkgroupsPerDimension: 65535,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16384,
};

export interface Result {
  readonly lowered: Lowered;
  readonly library: KernelLibrary;
  /** Kernel names, in the order they run. */
  readonly names: readonly string[];
}

/** Lowers a graph without a device; all weights are far apart in a buffer of their own. */
export function lowered(
  graph: Graph,
  options: { readonly limits?: Limits; readonly library?: KernelLibrary; readonly outputs?: ReadonlyMap<string, Place>; readonly fusion?: "none" } = {},
): Result {
  const { limits = LIMITS, library = new KernelLibrary(), outputs = new Map<string, Place>(), fusion = "full" } = options;
  const weights = new Map<string, Place>();
  for (const node of topological(graph.outputs.map((output) => output.node))) {
    if (node.op === "weight") weights.set(node.attrs["name"] as string, { buffer: 2, byteOffset: 2 ** 20 * weights.size });
  }
  const result = lower({ graph, weights, outputs, limits, library, fusion, buffers: { arena: 0, constants: 1 } });
  return { lowered: result, library, names: result.dispatches.map((d) => library.kernels[d.kernel]!.name) };
}

/** The text of the last variant of each kernel: the one that needs nothing. */
export function texts(library: KernelLibrary): string[] {
  return library.kernels.map((kernel) => kernel.variants.at(-1)!.text);
}
