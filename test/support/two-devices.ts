import { copyFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { driverManifests, type Manifest } from "../../runtime/gpu/devices/manifests.ts";

/**
 * Two software devices of one name on a machine that has one: copies of the driver, each with its manifest.
 * @returns the value of VK_ICD_FILENAMES that shows both, null where the software driver is not Mesa's
 */
export function twoSoftwareDevices(): { folder: string; manifests: string[] } | null {
  const driver = driverManifests().find(({ library }) => basename(library).startsWith("libvulkan_lvp"));
  const library = driver && libraryFile(driver);
  if (!library) return null;
  const folder = mkdtempSync(join(tmpdir(), "jepac-devices-"));
  const manifests = ["first", "second"].map((name) => {
    const copy = join(folder, `libvulkan_lvp_${name}.so`);
    copyFileSync(library, copy);
    const manifest = JSON.parse(readFileSync(driver.path, "utf8")) as { ICD: { library_path: string } };
    manifest.ICD.library_path = copy;
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(manifest));
    return join(folder, `${name}.json`);
  });
  return { folder, manifests };
}

function libraryFile({ library }: Manifest): string | undefined {
  const candidates = library.includes("/") ? [library] : ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"].map((folder) => join(folder, library));
  return candidates.find((path) => existsSync(path));
}
