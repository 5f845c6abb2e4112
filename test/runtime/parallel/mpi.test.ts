import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("mpi-rank.mjs", import.meta.url));
/** Optional, as MPI is. */
const koffi = fileURLToPath(new URL("../../../node_modules/koffi", import.meta.url));

const LAUNCHERS = [
  { name: "Open MPI", command: "mpirun.openmpi", options: ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"] },
  { name: "MPICH", command: "mpirun.mpich", options: [] },
].map((launcher) => ({ ...launcher, absent: !existsSync(koffi) || spawnSync(launcher.command, ["--version"]).status !== 0 }));

interface Line {
  readonly carrier: string;
  readonly messages: unknown;
  readonly digest: string;
}

describe.each(LAUNCHERS)("$name", ({ name, command, options, absent }) => {
  // As Debian names them side by side; machines without MPI skip this.
  it.skipIf(absent).each([2, 3])("carries the collective of %i processes, the same bits on all", (world) => {
    const { stdout, stderr, status } = spawnSync(command, [...options, "-n", String(world), process.execPath, script], { encoding: "utf8", timeout: 50_000 });
    expect(stderr, stderr).not.toContain("Error");
    expect(status).toBe(0);
    const lines = stdout.trim().split("\n").map((line) => JSON.parse(line) as Line);
    const messages = Array.from({ length: world }, (_, rank) => ({ rank, text: "é" }));
    expect(lines).toHaveLength(world);
    for (const line of lines) expect(line).toMatchObject({ world, expected: true, inPlace: true, scattered: true, broadcast: true, messages, digest: lines[0]!.digest });
    expect(lines[0]!.carrier).toContain(name);
  });
});
