import type { Command } from "commander";
import { listDevices, openGpu, type DeviceChoice, type GpuInfo } from "@jepac/runtime";
import { bytes } from "../numbers.ts";
import { style } from "../style.ts";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("say which GPUs there are and which one a run would take")
    .option("--json", "print it as JSON")
    .action(async (options: { json?: true }) => {
      const devices = await listDevices();
      const gpu = await openGpu();
      const { info, limits, features } = gpu;
      gpu.destroy();
      if (options.json === true) {
        process.stdout.write(`${JSON.stringify({ adapters: devices.map(asJson), taken: info.name, features })}\n`);
        return;
      }
      process.stdout.write(`node ${process.versions.node} on ${process.platform}\n`);
      const taken = devices.find((device) => device.info.name === info.name);
      for (const device of devices) process.stdout.write(`${device === taken ? style.strong("→") : " "} ${device.index}  ${describe(device.info)}\n     ${style.faint(wayTo(device))}\n`);
      process.stdout.write(
        `a run takes ${style.strong(info.name)}: buffers of ${bytes(limits.maxBufferSize)}, ${bytes(limits.maxStorageBufferBindingSize)} of one at once, ` +
          `${limits.maxStorageBuffersPerShaderStage} buffers a kernel; ${features.join(", ") || "no optional features"}\n`,
      );
      if (devices.length > 1) process.stdout.write(style.faint("train on several with --devices all, on the first two with --devices 2, or by number, as in --devices 0,1\n"));
      if (info.matrices.length > 0) process.stdout.write(`subgroups multiply f16 matrices of ${info.matrices.map(({ m, n, k }) => `${m} x ${n} x ${k}`).join(", ")}\n`);
      if (info.software) process.stdout.write(style.faint("a processor plays GPU here: right, but slow\n"));
    });
}

/** What a script wants of a device: not the variables that lead to it. */
function asJson({ index, info, maxBufferSize, maxStorageBufferBindingSize, features, how, unreachable }: DeviceChoice): object {
  return { index, ...info, maxBufferSize, maxStorageBufferBindingSize, features, how, unreachable };
}

function wayTo({ maxBufferSize, features, how, unreachable }: DeviceChoice): string {
  if (unreachable !== null) return unreachable;
  const f16 = features.includes("shader-f16") ? ", f16" : "";
  return `buffers of ${bytes(maxBufferSize)}${f16}; reached ${how}`;
}

function describe(info: GpuInfo): string {
  const lanes = info.subgroupMaxSize === 0 ? "" : `, subgroups of ${info.subgroupMinSize === info.subgroupMaxSize ? "" : `${info.subgroupMinSize}–`}${info.subgroupMaxSize}`;
  return `${info.name} (${info.software ? "software" : info.vendor}, ${info.backend}, ${info.driver}${lanes})`;
}
