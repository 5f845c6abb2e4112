// Brings a second, newer Mesa beside the machine's own: Mesa 26 of Debian's trixie-backports, whose software driver
// has subgroup matrices. Its libraries need a newer glibc than Debian 12 has, so they come with their own, and with a
// copy of this Node that is patched to load them. Nothing is installed and no rights are needed: packages of the
// mirror that the machine's apt already uses are unpacked into a folder.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { machineSources, osRelease, stanza } from "./apt-sources.mjs";

const RELEASE = "trixie";
const PACKAGES = ["mesa-vulkan-drivers", "libvulkan1"];
/** Changes how ELF files find their loader and libraries. The one of trixie (0.18) breaks Node, the one before does not. */
const PATCHER = { name: "patchelf", release: "bookworm" };
const LOADER = "usr/lib64/ld-linux-x86-64.so.2";
const LIBRARIES = "usr/lib/x86_64-linux-gnu";

/**
 * A Node that sees Mesa 26, unpacked on first use.
 * @param {string} folder where it is kept
 * @returns {{ node: string, env: Record<string, string> } | { missing: string }} what to run and with which
 *   environment, or why it cannot be had
 */
export function mesa26(folder) {
  const node = join(folder, `node-${process.version}`);
  const env = { VK_ICD_FILENAMES: join(folder, "lvp.json") };
  if (existsSync(node)) return { node, env };
  if (process.platform !== "linux" || process.arch !== "x64") return { missing: "it comes as packages for Linux on x64" };
  const source = machineSources().find((entry) => entry.components.includes("main") && entry.suites.includes(osRelease().VERSION_CODENAME));
  if (osRelease().ID !== "debian" || source === undefined) return { missing: "it comes as packages of Debian, and apt here knows no Debian mirror" };
  const fresh = `${folder}.${process.pid}`;
  try {
    // There already where this Node is newer than the last.
    if (!existsSync(join(folder, LOADER))) {
      unpack(source, fresh);
      rmSync(folder, { recursive: true, force: true });
      renameSync(fresh, folder);
    }
    patchNode(folder, node);
    return { node, env };
  } catch (error) {
    return { missing: error.message };
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Downloads the packages with all they need, as if nothing were installed, and unpacks them into `folder`. */
function unpack(source, folder) {
  const apt = join(folder, "apt");
  const at = (...names) => join(apt, ...names);
  for (const name of ["lists/partial", "archives/partial", "etc"]) mkdirSync(at(name), { recursive: true });
  writeFileSync(at("status"), "");
  writeFileSync(at("etc", "mirror.sources"), stanza(source, [PATCHER.release, RELEASE, `${RELEASE}-backports`]));
  const options = {
    "Dir::Etc::SourceList": "/dev/null", "Dir::Etc::SourceParts": at("etc"), "Dir::Etc::Preferences": "/dev/null", "Dir::Etc::PreferencesParts": "/dev/null",
    "Dir::State": apt, "Dir::State::status": at("status"), "Dir::State::lists": at("lists"),
    "Dir::Cache": apt, "Dir::Cache::archives": at("archives"), "Acquire::Retries": "3", "APT::Sandbox::User": "root",
  };
  const settings = Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  const aptGet = (...args) => run("apt-get", [...args, ...settings], at("archives"));
  aptGet("update");
  aptGet("install", "-y", "--download-only", "--no-install-recommends", "-t", `${RELEASE}-backports`, ...PACKAGES);
  aptGet("download", `${PATCHER.name}/${PATCHER.release}`);
  const archives = readdirSync(at("archives")).filter((name) => name.endsWith(".deb"));
  for (const name of archives) run("dpkg-deb", ["-x", at("archives", name), folder]);
  rmSync(apt, { recursive: true, force: true });
}

/** The manifest of the driver, and the copy of Node that finds the unpacked loader and libraries first. */
function patchNode(folder, node) {
  const [loader, libraries] = [join(folder, LOADER), join(folder, LIBRARIES)];
  const manifest = { file_format_version: "1.0.1", ICD: { library_path: join(libraries, "libvulkan_lvp.so"), api_version: "1.4.0" } };
  writeFileSync(join(folder, "lvp.json"), `${JSON.stringify(manifest)}\n`);
  const draft = `${node}.new`;
  copyFileSync(process.execPath, draft);
  chmodSync(draft, 0o755);
  const patch = ["--set-interpreter", loader, "--force-rpath", "--set-rpath", libraries, draft];
  run(loader, ["--library-path", libraries, join(folder, "usr/bin", PATCHER.name), ...patch]);
  renameSync(draft, node);
}

function run(command, args, cwd) {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8", env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" } });
  if (status === 0) return;
  const said = (error?.message ?? stderr).trim().split("\n").slice(-3).join("; ");
  throw new Error(`${command} ${args[0]} failed: ${said}`);
}
