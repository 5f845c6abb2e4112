import { create, globals } from "webgpu";
import { addVulkanDrivers } from "./drivers.ts";

/** WebGPU's names for what a buffer is used for, and for mapping, as Dawn has them. */
export const { GPUBufferUsage: BufferUsage, GPUMapMode: MapMode, GPUShaderStage: ShaderStage } = globals as typeof globalThis;

/**
 * What is asked of Dawn beyond its defaults: subgroups and timestamps count as unsafe there; on NVIDIA it hides f16
 * because some conformance tests fail; timestamps are rounded to 65 us unless told otherwise.
 */
const OPTIONS = [
  "enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia",
  "disable-dawn-features=timestamp_quantization",
];

/**
 * Dawn's event pump holds a bare pointer to what `create` returns: once collected, the process would crash. The list
 * lives on `globalThis`, so that two copies of this module share it and neither is ever collected.
 */
const pins = globalThis as typeof globalThis & { jepacDawnInstances?: GPU[] };

/** A WebGPU entry point. @param name only adapters whose name contains this text exactly; the first found is given */
export function createDawn(name?: string): GPU {
  addVulkanDrivers();
  const instance = create(name === undefined ? OPTIONS : [...OPTIONS, `adapter=${name}`]);
  (pins.jepacDawnInstances ??= []).push(instance);
  return instance;
}
