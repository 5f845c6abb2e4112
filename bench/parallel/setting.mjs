// What the scripts of this folder share: two software devices on a machine with one, a model in parts, clips, and runs.
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "../../dist/compiler/compile.js";
import { writeSyntheticClips } from "../../runtime/dist/index.js";
import { driverManifests } from "../../runtime/dist/gpu/devices/manifests.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A folder from which the runtime can be imported, with a build of the model and clips for it. */
export async function setting(options, clips = 64) {
  const folder = mkdtempSync(join(tmpdir(), "jepac-parallel-"));
  mkdirSync(join(folder, "node_modules", "@jepac"), { recursive: true });
  symlinkSync(join(root, "runtime"), join(folder, "node_modules", "@jepac", "runtime"));
  build(folder, "build", options);
  await writeSyntheticClips(join(folder, "clips"), { count: clips, seconds: 1, rate: 16000, seed: 1 });
  return folder;
}

/** Compiles the model into `folder/name`; gives its plan. */
export function build(folder, name, { model = "models/audio-jepa.jm", ...options }) {
  const read = (path) => {
    const file = join(root, "models", path.replace(/^models\//, ""));
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
  const { compiled } = compile(model, read, options);
  for (const [file, content] of compiled.files) {
    mkdirSync(dirname(join(folder, name, file)), { recursive: true });
    writeFileSync(join(folder, name, file), content);
  }
  return compiled.plan;
}

/** The environment that shows `count` copies of Mesa's software driver, each with one thread. */
export function softwareDevices(folder, count) {
  const driver = driverManifests().find(({ library }) => basename(library).startsWith("libvulkan_lvp"));
  if (driver === undefined) throw new Error("this needs Mesa's software driver: npm run setup");
  const library = [driver.library, `/usr/lib/x86_64-linux-gnu/${driver.library}`, `/usr/lib64/${driver.library}`].find((path) => path.includes("/") && existsSync(path));
  const manifests = Array.from({ length: count }, (_, i) => {
    const copy = join(folder, `libvulkan_lvp_${i}.so`);
    if (!existsSync(copy)) copyFileSync(library, copy);
    const manifest = JSON.parse(readFileSync(driver.path, "utf8"));
    manifest.ICD.library_path = copy;
    writeFileSync(join(folder, `driver-${i}.json`), JSON.stringify(manifest));
    return join(folder, `driver-${i}.json`);
  });
  return { VK_ICD_FILENAMES: manifests.join(":"), LP_NUM_THREADS: "1", MESA_SHADER_CACHE_DIR: process.env.MESA_SHADER_CACHE_DIR ?? join(root, ".cache", "mesa") };
}

/** Runs the trainer of a setting; resolves with how it ended. `onText` sees all of stdout so far. */
export function trainer(folder, args, { env, name = "build", onText, launcher = [] }) {
  return new Promise((resolve) => {
    const [command, ...rest] = [...launcher, process.execPath, join(folder, name, "trainer.js"), "--data", join(folder, "clips"), ...args];
    const child = spawn(command, rest, { cwd: folder, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
      onText?.(out, child);
    });
    child.stderr.on("data", (chunk) => (err += chunk));
    child.on("close", (code, signal) => resolve({ code, signal, out, err: err.replace(/^Warning: max.*\n/gm, "") }));
  });
}

/** The losses of a run, by step. */
export function losses(folder, run) {
  const lines = readFileSync(join(folder, run, "metrics.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line)).map(({ step, loss }) => ({ step, loss }));
}

/** The process of a rank that a supervisor of this folder has started. */
export function pidOfRank(folder, rank) {
  return Number(
    readdirSync("/proc").filter((name) => /^\d+$/.test(name)).find((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`JEPAC_RANK=${rank}`) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder);
      } catch {
        return false;
      }
    }),
  );
}
