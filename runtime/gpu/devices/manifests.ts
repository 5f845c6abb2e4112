import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { EXTRA_FOLDERS } from "../drivers.ts";

/** A Vulkan driver as its manifest, a small JSON file, describes it to the loader. */
export interface Manifest {
  readonly path: string;
  /** The driver's library: a path, or a bare name that the system looks up. */
  readonly library: string;
}

/** The manifests that Vulkan's loader would read, each driver once, in the loader's order. */
export function driverManifests(env: Readonly<Record<string, string | undefined>> = process.env): Manifest[] {
  const chosen = env["VK_DRIVER_FILES"] ?? env["VK_ICD_FILENAMES"];
  const paths = chosen !== undefined ? chosen.split(":") : [...(env["VK_ADD_DRIVER_FILES"]?.split(":") ?? []), ...folders(env).flatMap(manifestsIn)];
  const drivers = new Map<string, Manifest>();
  for (const path of paths) {
    const library = libraryOf(path);
    if (library !== null && !drivers.has(library)) drivers.set(library, { path, library });
  }
  return [...drivers.values()];
}

/** Whether this process has loaded a driver's library; null where the system does not tell. */
export function isLoaded({ library }: Manifest): boolean | null {
  if (!existsSync("/proc/self/maps")) return null;
  const maps = readFileSync("/proc/self/maps", "utf8");
  return library.includes("/") ? maps.includes(` ${library}\n`) : maps.includes(`/${basename(library)}`);
}

function folders(env: Readonly<Record<string, string | undefined>>): string[] {
  const data = [env["XDG_DATA_HOME"] ?? join(homedir(), ".local/share"), ...(env["XDG_DATA_DIRS"] ?? "/usr/local/share:/usr/share").split(":")];
  const config = [env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config"), ...(env["XDG_CONFIG_DIRS"] ?? "/etc/xdg").split(":"), "/etc"];
  return [...[...config, ...data].map((folder) => join(folder, "vulkan/icd.d")), ...EXTRA_FOLDERS];
}

function manifestsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.endsWith(".json")).sort().map((name) => join(folder, name));
}

function libraryOf(path: string): string | null {
  try {
    const { ICD } = JSON.parse(readFileSync(path, "utf8")) as { ICD: { library_path: string } };
    return ICD.library_path;
  } catch {
    return null;
  }
}
