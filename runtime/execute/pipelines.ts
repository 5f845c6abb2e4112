import { ShaderStage } from "../gpu/dawn.ts";
import type { Gpu } from "../gpu/index.ts";
import type { KernelPlan, KernelVariant } from "../plan/schema.ts";

/** The compute pipelines of a device, one for each WGSL text, however many kernels and programs share it. */
export class Pipelines {
  private readonly gpu: Gpu;
  private readonly layouts = new Map<string, GPUBindGroupLayout>();
  private readonly pipelines = new Map<string, GPUComputePipeline>();

  constructor(gpu: Gpu) {
    this.gpu = gpu;
  }

  get count(): number {
    return this.pipelines.size;
  }

  /** @param wgsl the text of the variant's file */
  get(kernel: KernelPlan, variant: KernelVariant, wgsl: string): GPUComputePipeline {
    const constants = variant.rowLanes === true ? { WG: this.gpu.rowLanes } : undefined;
    const key = `${layoutKey(kernel)} ${constants?.WG ?? 0}\n${wgsl}`;
    const found = this.pipelines.get(key);
    if (found) return found;
    const { device } = this.gpu;
    const label = kernel.source === undefined ? kernel.name : `${kernel.name} (${kernel.source})`;
    const pipeline = device.createComputePipeline({
      label,
      layout: device.createPipelineLayout({ label, bindGroupLayouts: [this.layout(kernel)] }),
      compute: { module: device.createShaderModule({ label, code: wgsl }), entryPoint: "main", ...(constants && { constants }) },
    });
    this.pipelines.set(key, pipeline);
    return pipeline;
  }

  /**
   * The parameter block, if any, then the storage bindings. All are writable, because WebGPU does not let one buffer
   * be bound for reading and for writing at once, and most tensors share the arena.
   */
  layout(kernel: KernelPlan): GPUBindGroupLayout {
    const key = layoutKey(kernel);
    const found = this.layouts.get(key);
    if (found) return found;
    const types: GPUBufferBindingType[] = Array<GPUBufferBindingType>(kernel.bindings).fill("storage");
    if (kernel.params) types.unshift("uniform");
    const entries = types.map((type, binding) => ({ binding, visibility: ShaderStage.COMPUTE, buffer: { type } }));
    const layout = this.gpu.device.createBindGroupLayout({ label: key, entries });
    this.layouts.set(key, layout);
    return layout;
  }
}

function layoutKey(kernel: KernelPlan): string {
  return `${kernel.params ? "parameters and " : ""}${kernel.bindings} storage`;
}
