#!/usr/bin/env node
// Makes sure that this machine has a Vulkan driver Dawn accepts; does nothing where it has one.
// On Debian and Ubuntu, as root, it installs Mesa's software driver (lavapipe). Debian 12 ships Mesa 22, which is
// too old, so there Mesa comes from the release's backports, on the mirror the machine already uses.
// Elsewhere, or without the right to install, it prints the one command that mends it and exits with 1.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { machineSources, osRelease, stanza } from "./apt-sources.mjs";

const OLDEST_MESA = 25;
const PACKAGES = ["mesa-vulkan-drivers", "libvulkan1"];
const BACKPORTS_FILE = "/etc/apt/sources.list.d/jepac-backports.sources";
/** Debian releases whose own Mesa is too old. */
const NEEDS_BACKPORTS = ["bookworm"];
const ATTEMPTS = 4;
const self = fileURLToPath(import.meta.url);

if (process.argv.includes("--probe")) await printAdapter();
else process.exitCode = setUp();

/** Child mode: prints the adapter Dawn would give, as JSON. Apart, because a bad driver may take the process down. */
async function printAdapter() {
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals);
  globalThis.jepacProbe = create([]);
  const adapter = await globalThis.jepacProbe.requestAdapter({ powerPreference: "high-performance" });
  const name = adapter ? `${adapter.info.device} ${adapter.info.description}`.trim() : null;
  process.stdout.write(JSON.stringify({ name }), () => process.exit(0));
}

/** @returns {{ usable: boolean, text: string }} what Dawn finds now, in words */
function probe() {
  const child = spawnSync(process.execPath, [self, "--probe"], { encoding: "utf8", timeout: 60_000 });
  if (child.stderr.includes("ERR_MODULE_NOT_FOUND")) {
    return { usable: false, text: "the package 'webgpu' is not installed: run `npm ci` first", broken: true };
  }
  const match = /\{"name":.*\}$/.exec(child.stdout);
  const name = match ? JSON.parse(match[0]).name : null;
  if (name === null) return { usable: false, text: "no Vulkan driver that Dawn accepts" };
  const mesa = /llvmpipe|lavapipe/i.test(name) ? /Mesa (\d+)/.exec(name) : null;
  if (mesa && Number(mesa[1]) < OLDEST_MESA) return { usable: false, text: `${name}: older than Mesa ${OLDEST_MESA}` };
  return { usable: true, text: name };
}

/** @returns {number} the exit code */
function setUp() {
  const before = probe();
  if (before.usable) return say(`Vulkan: ${before.text}`);
  if (before.broken) return fail(before.text);
  if (!mayInstall()) return fail(`${before.text}.\nThis command brings one:\n\n    ${command()}\n`);

  say(`Vulkan: ${before.text}; installing ${PACKAGES.join(" and ")}`);
  const release = osRelease();
  const suite = NEEDS_BACKPORTS.includes(release.VERSION_CODENAME) ? addBackports(release.VERSION_CODENAME) : null;
  const failure = install(suite);
  if (failure !== null) return fail(`apt-get failed ${ATTEMPTS} times; the last time it said:\n${failure}`);
  const after = probe();
  return after.usable ? say(`Vulkan: ${after.text}`) : fail(`installed ${PACKAGES.join(", ")}, but still: ${after.text}`);
}

function mayInstall() {
  return process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

/** The one command that brings a driver, for this kind of machine. */
function command() {
  if (process.platform !== "linux") return "(install your GPU's driver: this system needs no other)";
  if (existsSync("/usr/bin/apt-get")) return `sudo "${process.execPath}" "${self}"`;
  if (existsSync("/usr/bin/dnf")) return "sudo dnf install -y mesa-vulkan-drivers vulkan-loader";
  if (existsSync("/usr/bin/pacman")) return "sudo pacman -S --noconfirm vulkan-swrast vulkan-icd-loader";
  if (existsSync("/usr/bin/zypper")) return "sudo zypper install -y libvulkan_lvp libvulkan1";
  if (existsSync("/sbin/apk")) return "(Dawn needs glibc: use a Debian-based image instead of Alpine)";
  return "(install Mesa's lavapipe, version 25 or newer, and the Vulkan loader)";
}

/** Names the backports suite to apt, beside the release's own entry. @returns {string} the suite */
function addBackports(codename) {
  const entries = machineSources();
  const suite = `${codename}-backports`;
  if (entries.some((entry) => entry.suites.includes(suite))) return suite;
  const base = entries.find((entry) => entry.suites.includes(codename) && entry.components.includes("main"));
  if (!base) throw new Error(`apt has no source for ${codename}: cannot tell which mirror to take ${suite} from`);
  writeFileSync(BACKPORTS_FILE, `# Written by jepac's scripts/setup-vulkan.mjs, for a Mesa that is new enough.\n${stanza(base, [suite])}`);
  return suite;
}

/** Updates the lists and installs, again after a pause when it fails: mirrors and networks have moods. */
function install(suite) {
  const from = suite === null ? [] : ["-t", suite];
  let message = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) spawnSync("sleep", [String(5 * 2 ** attempt)]);
    // An update may fail for a source that has nothing to do with this: the install is what tells.
    apt(["update"]);
    const result = apt(["install", "-y", "--no-install-recommends", ...from, ...PACKAGES]);
    if (result.status === 0) return null;
    message = `${result.stdout}${result.stderr}`.trim().split("\n").slice(-15).join("\n");
  }
  return message;
}

function apt(args) {
  const options = ["-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=180", "-o", "Dpkg::Use-Pty=0"];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
  return spawnSync("apt-get", [...options, ...args], { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
}

function say(text) {
  console.log(text);
  return 0;
}

function fail(text) {
  console.error(`error: ${text}`);
  return 1;
}
