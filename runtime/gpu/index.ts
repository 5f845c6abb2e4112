export { describeAdapters, type GpuInfo } from "./adapters.ts";
export { chooseDevices, listDevices, openDevice, type DeviceChoice } from "./devices/devices.ts";
export { Gpu, openGpu, type GpuFeature, type GpuOptions } from "./gpu.ts";
export { sleepUntil } from "./sleep.ts";
