// What libraries made for browsers need of Node: Dawn as `navigator.gpu`, with the options jepac gives it.
import { create, globals } from "webgpu";

/** @returns {Promise<string>} the adapter a library will be given, in jepac's words */
export async function offerWebGpu() {
  Object.assign(globalThis, globals);
  const gpu = create(["enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia", "disable-dawn-features=timestamp_quantization"]);
  const navigator = globalThis.navigator ?? { userAgent: "node", platform: process.platform, language: "en" };
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  globalThis.navigator ??= navigator;
  // One adapter gives one device: this one is only asked its name.
  const { info } = await gpu.requestAdapter({ powerPreference: "high-performance" });
  return `${info.device.replace(/-$/, "")}, ${info.description}`;
}
