import type { Settings } from "./environment.ts";
import type { Manifest } from "./manifests.ts";

/** How a process comes to one certain device. */
export interface Way {
  /** The device's name as its driver spells it. */
  readonly name: string;
  /** Variables under which it is the only one of its name, or the first. */
  readonly settings: Settings;
  /** The driver that must be loaded then. */
  readonly manifest?: Manifest;
  /** In words, for the doctor. */
  readonly how: string;
  /** Why this device cannot be told from another; absent where it can. */
  readonly unreachable?: string;
}

/** The names of the devices that Vulkan shows under some variables, in its order, doubles included. */
export type Probe = (settings: Settings) => Promise<readonly string[]>;

/**
 * How to come to each device of a machine. WebGPU chooses by name and takes the first: of several GPUs of one kind the
 * others must be hidden before Vulkan sees them, by leading its loader to one driver, or by Mesa's device-select layer,
 * which shows the n-th device alone.
 */
export async function findWays(probe: Probe, manifests: readonly Manifest[]): Promise<Way[]> {
  const names = await probe({});
  const ways: Way[] = [];
  for (const name of new Set(names)) {
    const alone = names.filter((other) => other === name).length === 1;
    if (alone) ways.push({ name, settings: {}, how: "by its name" });
    else ways.push(...(await tellApart(name, probe, manifests)));
  }
  return ways;
}

async function tellApart(name: string, probe: Probe, manifests: readonly Manifest[]): Promise<Way[]> {
  const ways: Way[] = [];
  for (const manifest of manifests) {
    // Old loaders know the first of these only; new ones prefer the second.
    const settings = { VK_ICD_FILENAMES: manifest.path, VK_DRIVER_FILES: manifest.path, VK_ADD_DRIVER_FILES: undefined };
    const count = same(await probe(settings), name);
    if (count === 1) ways.push({ name, settings, manifest, how: `by its driver, ${manifest.path}` });
    else for (let n = 0; n < count; n++) ways.push(await nth(n, { name, settings, manifest, how: "" }, probe));
  }
  return ways;
}

/** The n-th of several devices of one driver, by Mesa's layer: `!` hides the others. */
async function nth(n: number, way: Way, probe: Probe): Promise<Way> {
  const choice: Settings = n === 0 ? { MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: "1" } : { DRI_PRIME: `${n}!` };
  const [[variable, value] = []] = Object.entries(choice);
  const settings = { ...way.settings, ...choice };
  const how = `by Mesa's device-select layer, ${variable}=${value}`;
  if (same(await probe(settings), way.name) === 1) return { ...way, settings, how };
  return { ...way, settings, how, unreachable: "there are several of this name, and Mesa's device-select layer, which tells them apart, is not installed: it comes with the package mesa-vulkan-drivers" };
}

function same(names: readonly string[], name: string): number {
  return names.filter((other) => other === name).length;
}
