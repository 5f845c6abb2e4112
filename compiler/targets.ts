import type { Limits } from "@jepac/runtime/plan";

/**
 * What a build may ask of an adapter. The plan then states what it really needs, so a small model built for `gpu`
 * also runs on a software adapter.
 */
export const targets = {
  /** What Dawn offers on common GPUs. */
  gpu: {
    maxStorageBufferBindingSize: 2 ** 31 - 4,
    maxBufferSize: 2 ** 32 - 4,
    maxStorageBuffersPerShaderStage: 10,
    maxComputeWorkgroupsPerDimension: 65535,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupStorageSize: 16384,
  },
  /** Mesa's software Vulkan: storage bindings of 128 MiB at most. */
  software: {
    maxStorageBufferBindingSize: 2 ** 27,
    maxBufferSize: 2 ** 32 - 4,
    maxStorageBuffersPerShaderStage: 10,
    maxComputeWorkgroupsPerDimension: 65535,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupStorageSize: 16384,
  },
} as const satisfies Record<string, Limits>;

export type TargetName = keyof typeof targets;

/**
 * Is attention one kernel forward and one backward? On a processor the chain of products that models write takes less
 * time, to run and to translate (docs/architecture.md).
 */
export function fusesAttention(target: TargetName): boolean {
  return target === "gpu";
}
