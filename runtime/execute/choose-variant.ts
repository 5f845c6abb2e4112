import type { Gpu } from "../gpu/index.ts";
import type { KernelPlan, KernelVariant } from "../plan/schema.ts";

/** What choosing asks of a device. */
type Device = Pick<Gpu, "has" | "backEnds" | "limits"> & { readonly info: Pick<Gpu["info"], "software" | "subgroupMinSize" | "subgroupMaxSize" | "matrices"> };

/**
 * The variant of a kernel that a device runs, by its index: the first whose needs it meets and that is for adapters of
 * its class. Back ends that the device was opened with go first, whatever class they are for. The reader has checked
 * that the last variant needs nothing.
 */
export function chooseVariant(kernel: Pick<KernelPlan, "variants">, gpu: Device): number {
  const { variants } = kernel;
  for (const wanted of gpu.backEnds) {
    const forced = variants.findIndex((variant) => variant.backEnd === wanted && canRun(variant, gpu));
    if (forced >= 0) return forced;
  }
  const own = gpu.info.software ? "software" : "hardware";
  return variants.findIndex((variant) => (variant.adapter ?? own) === own && canRun(variant, gpu));
}

function canRun({ requires, subgroupSize, matrix, workgroupBytes }: KernelVariant, gpu: Device): boolean {
  const { info, limits } = gpu;
  return (
    requires.every((feature) => gpu.has(feature))
    && (subgroupSize === undefined || (info.subgroupMinSize === subgroupSize && info.subgroupMaxSize === subgroupSize))
    && (matrix === undefined || info.matrices.some(({ m, n, k }) => m === matrix.m && n === matrix.n && k === matrix.k))
    && (workgroupBytes === undefined || workgroupBytes <= limits.maxComputeWorkgroupStorageSize)
  );
}
