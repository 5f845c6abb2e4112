import { UserError } from "../../errors.ts";
import { describeAdapter, listAdapters, type GpuInfo } from "../adapters.ts";
import { openGpu, type Gpu } from "../gpu.ts";
import { applySettings, underSettings, type Settings } from "./environment.ts";
import { driverManifests, isLoaded, type Manifest } from "./manifests.ts";
import { findWays, type Way } from "./ways.ts";

/** One device of this machine, and how to come to it. */
export interface DeviceChoice {
  /** Its number, from 0, hardware first: what `--devices 0,2` means. */
  readonly index: number;
  readonly info: GpuInfo;
  /** Bytes of the largest buffer, and of the largest range that a kernel can bind. */
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly features: readonly string[];
  readonly how: string;
  readonly settings: Settings;
  readonly manifest: Manifest | null;
  /** Why it cannot be told from another of its name; null where it can. */
  readonly unreachable: string | null;
}

/** All devices of this machine. Of several with one name, each is one. */
export async function listDevices(): Promise<DeviceChoice[]> {
  const ways = await findWays((settings) => underSettings(settings, listAdapters), driverManifests());
  const devices: Omit<DeviceChoice, "index">[] = [];
  for (const way of ways) devices.push(await describe(way));
  // Stable: within hardware and within software, in Vulkan's order.
  return devices.sort((a, b) => Number(a.info.software) - Number(b.info.software)).map((device, index) => ({ index, ...device }));
}

/**
 * The devices of `--devices`: `all` (of the hardware ones if there are any), a number of them, or their indices.
 * @throws UserError JR110 none such, JR111 one that cannot be told from another, JR531 not a choice
 */
export function chooseDevices(choice: string, devices: readonly DeviceChoice[]): DeviceChoice[] {
  const chosen = pick(choice, devices);
  const lost = chosen.find(({ unreachable }) => unreachable !== null);
  if (lost) throw new UserError("JR111", `device ${lost.index}, '${lost.info.name}', cannot be chosen`, lost.unreachable!);
  return chosen;
}

/**
 * Opens a device of {@link listDevices}, by setting variables of this process: it can open no other one after.
 * @throws UserError JR112 where it turns out to be another, and as `openGpu`
 */
export async function openDevice({ info, settings, manifest }: Pick<DeviceChoice, "info" | "settings" | "manifest">): Promise<Gpu> {
  applySettings(settings);
  const gpu = await openGpu({ adapter: info.name });
  const wrong = gpu.info.name !== info.name ? `'${gpu.info.name}'` : manifest && isLoaded(manifest) === false ? "one of another driver" : null;
  if (wrong === null) return gpu;
  gpu.destroy();
  throw new UserError("JR112", `asked for '${info.name}', and got ${wrong}`, "The machine's drivers changed since they were listed, or its Vulkan loader does not follow VK_ICD_FILENAMES.");
}

function pick(choice: string, devices: readonly DeviceChoice[]): DeviceChoice[] {
  const count = devices.length;
  if (choice === "all") return devices.some(({ info }) => !info.software) ? devices.filter(({ info }) => !info.software) : [...devices];
  if (/^\d+$/.test(choice)) {
    if (Number(choice) >= 1 && Number(choice) <= count) return devices.slice(0, Number(choice));
    throw new UserError("JR110", `--devices ${choice}: this machine has ${count}`, "jepac doctor lists them.");
  }
  if (!/^\d+(,\d+)*,?$/.test(choice)) throw new UserError("JR531", `--devices ${choice}: 'all', a number of devices, or indices as in 0,2 were expected`);
  const indices = choice.split(",").filter((text) => text !== "").map(Number);
  const twice = indices.find((index, i) => indices.indexOf(index) !== i);
  if (twice !== undefined) throw new UserError("JR531", `--devices ${choice}: device ${twice} is there twice`);
  const absent = indices.find((index) => index >= count);
  if (absent !== undefined) throw new UserError("JR110", `--devices ${choice}: there is no device ${absent}; this machine has ${count}, from 0`, "jepac doctor lists them.");
  return indices.map((index) => devices[index]!);
}

async function describe(way: Way): Promise<Omit<DeviceChoice, "index">> {
  const { info, limits, features } = await underSettings(way.settings, () => describeAdapter(way.name));
  const { maxBufferSize, maxStorageBufferBindingSize } = limits;
  return { info, maxBufferSize, maxStorageBufferBindingSize, features, how: way.how, settings: way.settings, manifest: way.manifest ?? null, unreachable: way.unreachable ?? null };
}
