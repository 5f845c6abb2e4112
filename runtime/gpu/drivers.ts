import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Where GPU containers put driver manifests that the Vulkan loader does not look for by itself. */
export const EXTRA_FOLDERS = ["/usr/local/nvidia/share/vulkan/icd.d", "/opt/nvidia/share/vulkan/icd.d"];

/** Shows the Vulkan loader drivers outside its usual folders. Call before the first adapter is asked for. */
export function addVulkanDrivers(): void {
  const chosen = ["VK_ICD_FILENAMES", "VK_DRIVER_FILES", "VK_ADD_DRIVER_FILES"].some((name) => process.env[name] !== undefined);
  if (process.platform !== "linux" || chosen) return;
  const manifests = EXTRA_FOLDERS.filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).filter((file) => file.endsWith(".json")).map((file) => join(folder, file)));
  if (manifests.length > 0) process.env["VK_ADD_DRIVER_FILES"] = manifests.join(":");
}
