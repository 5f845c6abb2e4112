// Loaded before a trainer by bench/parallel/soak.mjs: on SIGUSR2, every device of the process is lost.
import { globals } from "webgpu";

const devices = [];
const request = globals.GPUAdapter.prototype.requestDevice;
globals.GPUAdapter.prototype.requestDevice = async function (...args) {
  const device = await request.apply(this, args);
  devices.push(device);
  return device;
};
process.on("SIGUSR2", () => devices.forEach((device) => device.destroy()));
