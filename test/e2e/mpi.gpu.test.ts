import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeSyntheticClips } from "../../runtime/data/index.ts";
import { readMetrics } from "../../runtime/train/metrics-file.ts";
import { compileSmall, scratch, writeBuild } from "./small.ts";

const folder = scratch();
const at = (...names: string[]): string => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  writeBuild(at("build"), compileSmall({ microBatch: 1 }));
  await writeSyntheticClips(at("clips"), { count: 16, classes: 2, seconds: 0.3, rate: 8000, seed: 1 });
});

// As Debian names them side by side; machines without MPI, or without the optional koffi, skip this.
const koffi = existsSync(fileURLToPath(new URL("../../node_modules/koffi", import.meta.url)));
const LAUNCHERS = [
  { name: "Open MPI", command: "mpirun.openmpi", options: ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"] },
  { name: "MPICH", command: "mpirun.mpich", options: [] },
].map((launcher) => ({ ...launcher, absent: !koffi || spawnSync(launcher.command, ["--version"]).status !== 0 }));

function train(command: readonly string[], out: string, options: readonly string[] = []): Promise<{ code: number | null; text: string }> {
  const [program, ...args] = [...command, process.execPath, at("build", "trainer.js"), "--data", at("clips"), "--out", at(out), "--steps", "6", "--seed", "5", "--log-every", "1"];
  return new Promise((resolve) => {
    const child = spawn(program, [...args, ...options], { cwd: folder, stdio: ["ignore", "pipe", "pipe"], timeout: 100_000 });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.on("close", (code) => resolve({ code, text }));
  });
}

const losses = async (out: string): Promise<number[]> => (await readMetrics(at(out, "metrics.jsonl"))).map(({ loss }) => Number(loss));

describe.each(LAUNCHERS)("training under mpirun of $name", ({ command, options, absent }) => {
  it.skipIf(absent).each([2, 4])("with %i processes has the curve of one", async (world) => {
    if (!existsSync(at("alone"))) expect((await train([], "alone")).code).toBe(0);
    const out = `${command}-${world}`;
    const { code, text } = await train([command, ...options, "-n", String(world)], out);
    expect(code, text).toBe(0);
    expect(text).toContain(` on ${world} x `);
    // One processor plays all devices here, which is said.
    expect(text).toContain("several ranks share one software device");
    const [alone, together] = [await losses("alone"), await losses(out)];
    expect(together).toHaveLength(6);
    together.forEach((loss, i) => expect(Math.abs(loss / alone[i]! - 1), `step ${i + 1}`).toBeLessThan(2e-5));
    expect((JSON.parse(readFileSync(at(out, "run.json"), "utf8")) as { sessions: unknown[] }).sessions).toHaveLength(1);
  }, 120_000);

  it.skipIf(absent)("divides the optimizer state and exchanges in half precision, with checkpoints of all of it", async () => {
    if (!existsSync(at("alone"))) expect((await train([], "alone")).code).toBe(0);
    const launcher = [command, ...options, "-n", "2"];
    const { code, text } = await train(launcher, `${command}-divided`, ["--shard-optimizer", "--gradients", "f16"]);
    expect(code, text).toBe(0);
    expect(text).toContain("is divided among 2 devices");
    const [alone, together] = [await losses("alone"), await losses(`${command}-divided`)];
    expect(together).toHaveLength(6);
    together.forEach((loss, i) => expect(Math.abs(loss / alone[i]! - 1), `step ${i + 1}`).toBeLessThan(5e-4));
    // Undivided, the same numbers: the file holds the state of all ranks.
    expect((await train(launcher, `${command}-whole`, ["--gradients", "f16"])).code).toBe(0);
    const checkpoint = (out: string): Buffer => readFileSync(at(out, "checkpoints", "step-000006.safetensors"));
    expect(checkpoint(`${command}-divided`).equals(checkpoint(`${command}-whole`))).toBe(true);
  }, 120_000);
});
