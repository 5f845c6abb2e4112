import { UserError } from "../errors.ts";
import type { MatrixShape } from "../plan/schema.ts";
import { createDawn } from "./dawn.ts";
import { sleepUntil } from "./sleep.ts";

/** What an adapter says of itself. */
export interface GpuInfo {
  /** The device, in WebGPU's spelling: `nvidia-h200`, `llvmpipe-llvm-15-0-6-256-bits`. */
  readonly name: string;
  readonly vendor: string;
  /** The driver and its version, as far as it tells. */
  readonly driver: string;
  /** The system API below WebGPU. */
  readonly backend: "vulkan" | "metal" | "d3d12";
  /** The processor plays GPU. */
  readonly software: boolean;
  /** Lanes of a subgroup; 0 where unknown. */
  readonly subgroupMinSize: number;
  readonly subgroupMaxSize: number;
  /** The matrices that a subgroup multiplies in one instruction, f16 into f32; empty where it cannot. */
  readonly matrices: readonly MatrixShape[];
}

export interface FoundAdapter {
  readonly adapter: GPUAdapter;
  readonly info: GpuInfo;
}

/** A name no device has: Dawn answers it with the list of those there are. */
const NO_SUCH_ADAPTER = "\u0001";
const SOFTWARE_NAMES = /llvmpipe|lavapipe|swiftshader|basic render/i;

/**
 * The adapter to run on: the fastest hardware, else the software driver.
 * @param wanted a part of the adapter's name, in any case, or `software`
 * @throws UserError JR101 where there is none, JR102 where none has this name
 */
export async function findAdapter(wanted?: string): Promise<FoundAdapter> {
  const name = wanted === undefined ? undefined : choose(await listAdapters(), wanted);
  const request = createDawn(name).requestAdapter({ powerPreference: "high-performance" });
  const adapter = await sleepUntil(request).catch(() => null);
  if (!adapter) throw noAdapter();
  return { adapter, info: describe(adapter.info) };
}

/** All adapters of this machine, in Dawn's order; of several with one name, the first. */
export async function describeAdapters(): Promise<readonly GpuInfo[]> {
  const names = new Set(await listAdapters());
  return Promise.all([...names].map(async (name) => (await findAdapter(name)).info));
}

/** What there is to know of an adapter without opening it. @param name as its driver spells it; of several, the first */
export async function describeAdapter(name: string): Promise<{ info: GpuInfo; limits: GPUSupportedLimits; features: string[] }> {
  const adapter = await sleepUntil(createDawn(name).requestAdapter({ powerPreference: "high-performance" })).catch(() => null);
  if (!adapter) throw noAdapter();
  return { info: describe(adapter.info), limits: adapter.limits, features: [...adapter.features] };
}

/** The names drivers give their devices, in Vulkan's order; several devices may have one name. */
export async function listAdapters(): Promise<string[]> {
  try {
    await sleepUntil(createDawn(NO_SUCH_ADAPTER).requestAdapter());
    return [];
  } catch (error) {
    const lines = (error as Error).message.matchAll(/backend: '([^']*)', name: '(.*)'/g);
    return [...lines].filter(([, backend]) => backend !== "null").map(([, , name = ""]) => name);
  }
}

function choose(names: readonly string[], wanted: string): string {
  if (names.length === 0) throw noAdapter();
  const text = slug(wanted);
  const fits = (name: string): boolean => (text === "software" ? SOFTWARE_NAMES.test(name) : slug(name).includes(text));
  const found = names.find((name) => slug(name) === text) ?? names.find(fits);
  if (found !== undefined) return found;
  throw new UserError("JR102", `no adapter is called '${wanted}'`, `This machine has ${names.map(slug).join(", ")}; any part of a name will do.`);
}

function describe(info: GPUAdapterInfo): GpuInfo {
  const software = info.isFallbackAdapter || SOFTWARE_NAMES.test(`${info.device} ${info.description}`);
  return {
    name: slug(info.device) || info.description || "unnamed adapter",
    vendor: info.vendor,
    driver: info.description,
    // The only backend Dawn has on each system that can compute all a plan asks for.
    backend: process.platform === "darwin" ? "metal" : process.platform === "win32" ? "d3d12" : "vulkan",
    software,
    subgroupMinSize: info.subgroupMinSize ?? 0,
    subgroupMaxSize: info.subgroupMaxSize ?? 0,
    matrices: matricesOf(info),
  };
}

/** What Dawn tells beyond WebGPU of today. */
interface MatrixConfig {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly componentType: string;
  readonly resultComponentType: string;
}

function matricesOf(info: GPUAdapterInfo & { readonly subgroupMatrixConfigs?: Iterable<MatrixConfig> }): MatrixShape[] {
  return [...(info.subgroupMatrixConfigs ?? [])]
    .filter(({ componentType, resultComponentType }) => componentType === "f16" && resultComponentType === "f32")
    .map(({ M, N, K }) => ({ m: M, n: N, k: K }));
}

/** A device's name as WebGPU spells it. */
function slug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

function noAdapter(): UserError {
  const hint = process.platform === "linux"
    ? "Install your GPU's Vulkan driver, or Mesa's software one (25 or newer): `sudo npm run setup` in jepac's folder does."
    : "Install your GPU's driver.";
  return new UserError("JR101", "no GPU and no software driver was found that WebGPU can use", hint);
}
