// The adapter that everything else is measured on: its features, limits and matrix units. Fails where a processor plays it,
// unless --software is given.
import { createDawn } from "../../runtime/dist/gpu/dawn.js";
import { sleepUntil } from "../../runtime/dist/gpu/sleep.js";
import { table } from "../support/table.mjs";

const adapter = await sleepUntil(createDawn().requestAdapter({ powerPreference: "high-performance" })).catch(() => null);
if (!adapter) {
  console.error("no adapter: no Vulkan driver that Dawn accepts");
  process.exit(1);
}
const { info, limits } = adapter;
const matrices = [...(info.subgroupMatrixConfigs ?? [])];
const shown = ["maxBufferSize", "maxStorageBufferBindingSize", "maxStorageBuffersPerShaderStage", "maxComputeWorkgroupStorageSize", "maxComputeInvocationsPerWorkgroup", "maxComputeWorkgroupsPerDimension"];
console.log(table(["adapter", ""], [
  ["device", `${info.vendor} ${info.device}`], ["driver", info.description], ["architecture", info.architecture],
  ["subgroups", `${info.subgroupMinSize} to ${info.subgroupMaxSize} lanes`],
  ...shown.map((name) => [name, limits[name].toLocaleString("en-US")]),
]));
console.log(`\nfeatures: ${[...adapter.features].sort().join(", ")}\n`);
console.log(matrices.length === 0 ? "no subgroup matrices" : table(["m x n x k", "components", "results"], matrices.map((c) => [`${c.M} x ${c.N} x ${c.K}`, c.componentType, c.resultComponentType])));
const software = info.isFallbackAdapter || /llvmpipe|lavapipe|swiftshader/i.test(`${info.device} ${info.description}`);
if (software) console.log("\na processor plays this GPU");
process.exit(software && !process.argv.includes("--software") ? 1 : 0);
