// Measurements in processes of their own: one library does not warm another's caches or hold its memory.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { allBusy } from "./measure.mjs";
import { MOST_OTHERS } from "./summary.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a program to its end and reads the JSON on the last line of its output. @throws what it wrote, where it fails */
export async function runForJson(program, args, env = {}) {
  const child = spawn(program, args, { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].setEncoding("utf8").on("data", (text) => (output[name] += text));
  const status = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}:\n${output.stderr.trim().split("\n").slice(-12).join("\n")}`);
  return JSON.parse(output.stdout.trim().split("\n").at(-1));
}

/** Waits until other processes leave the processor alone, at most `seconds`. */
export async function quietMachine(seconds) {
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    const before = allBusy();
    if (before === undefined) return;
    await sleep(1000);
    if (allBusy() - before <= MOST_OTHERS) return;
  }
}

/** Installs the peers' packages where they are not yet; they are no dependency of jepac. */
export function installPeers() {
  const folder = fileURLToPath(new URL("../peers", import.meta.url));
  if (existsSync(`${folder}/node_modules/@jax-js/jax`)) return;
  console.log("installing the peers' packages in bench/peers (npm ci)");
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder, stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) throw new Error("npm ci failed in bench/peers: the peers cannot be measured");
}

/** A Python that has PyTorch: JEPAC_PYTHON, else `python3`; undefined where it has none. */
export function pythonWithTorch() {
  const python = process.env.JEPAC_PYTHON ?? "python3";
  return spawnSync(python, ["-c", "import torch"], { stdio: "ignore" }).status === 0 ? python : undefined;
}
