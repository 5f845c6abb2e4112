import type { Command } from "commander";
import { describeAdapters, openGpu, type GpuInfo } from "@jepac/runtime";
import { bytes } from "../numbers.ts";
import { style } from "../style.ts";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("say which GPUs there are and which one a run would take")
    .option("--json", "print it as JSON")
    .action(async (options: { json?: true }) => {
      const adapters = await describeAdapters();
      const gpu = await openGpu();
      const { info, limits } = gpu;
      const features = ["subgroups", "shader-f16", "timestamp-query"].filter((name) => gpu.device.features.has(name));
      gpu.destroy();
      if (options.json === true) {
        process.stdout.write(`${JSON.stringify({ adapters, taken: info.name, features })}\n`);
        return;
      }
      process.stdout.write(`node ${process.versions.node} on ${process.platform}\n`);
      for (const adapter of adapters) process.stdout.write(`${adapter.name === info.name ? style.strong("→") : " "} ${describe(adapter)}\n`);
      process.stdout.write(
        `a run takes ${style.strong(info.name)}: buffers of ${bytes(limits.maxBufferSize)}, ${bytes(limits.maxStorageBufferBindingSize)} of one at once, ` +
          `${limits.maxStorageBuffersPerShaderStage} buffers a kernel; ${features.join(", ") || "no optional features"}\n`,
      );
      if (info.software) process.stdout.write(style.faint("a processor plays GPU here: right, but slow\n"));
    });
}

function describe(info: GpuInfo): string {
  const lanes = info.subgroupMaxSize === 0 ? "" : `, subgroups of ${info.subgroupMinSize === info.subgroupMaxSize ? "" : `${info.subgroupMinSize}–`}${info.subgroupMaxSize}`;
  return `${info.name} (${info.software ? "software" : info.vendor}, ${info.backend}, ${info.driver}${lanes})`;
}
