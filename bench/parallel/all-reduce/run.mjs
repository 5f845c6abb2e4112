// The bandwidth of an all-reduce: shared memory, and MPI through koffi, beside a C program on the same MPI.
//   node bench/parallel/all-reduce/run.mjs [--ranks 2] [--rounds 4] [--sizes 65536,1048576,4194304,16777216,67108864]
// Needs mpicc and mpirun for the MPI columns. The columns take turns, so that a neighbour's load falls on all alike;
// each cell is the median over all rounds of bytes / time, with the best in brackets.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createGroup, removeGroup } from "../../../runtime/dist/parallel/shared-memory/group-folder.js";

const { values } = parseArgs({
  options: { ranks: { type: "string", default: "2" }, rounds: { type: "string", default: "4" }, sizes: { type: "string", default: "65536,1048576,4194304,16777216,67108864" } },
});
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const ranks = Number(values.ranks);
const sizes = values.sizes.split(",").map(Number);
const work = sizes.flatMap((bytes) => [String(bytes), bytes > 8e6 ? "6" : "30"]);
const folder = mkdtempSync(join(tmpdir(), "jepac-all-reduce-"));

const columns = [{ name: "shared memory", run: sharedMemory }];
for (const mpi of ["openmpi", "mpich"]) {
  const program = join(folder, mpi);
  if (spawnSync(`mpicc.${mpi}`, ["-O3", here("all-reduce.c"), "-o", program]).status !== 0) continue;
  const prefix = [`mpirun.${mpi}`, ...(mpi === "openmpi" ? ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"] : []), "-n", String(ranks)];
  columns.push({ name: `${mpi}, C`, run: () => command([...prefix, program, ...work]) });
  columns.push({ name: `${mpi}, jepac`, run: () => command([...prefix, process.execPath, here("rank.mjs"), ...work]) });
}

const seconds = new Map();
for (let round = 0; round < Number(values.rounds); round++) {
  for (const { name, run } of columns) {
    for (const line of (await run()).trim().split("\n")) {
      const [bytes, time] = line.split(" ").map(Number);
      const key = `${name} ${bytes}`;
      seconds.set(key, [...(seconds.get(key) ?? []), time]);
    }
  }
}
console.log(`${ranks} ranks; GB/s, median (best)`);
console.log(`| bytes | ${columns.map(({ name }) => name).join(" | ")} |`);
for (const bytes of sizes) {
  const cells = columns.map(({ name }) => {
    const times = (seconds.get(`${name} ${bytes}`) ?? []).sort((a, b) => a - b);
    return times.length === 0 ? "-" : `${(bytes / times[Math.floor(times.length / 2)] / 1e9).toFixed(2)} (${(bytes / times[0] / 1e9).toFixed(2)})`;
  });
  console.log(`| ${bytes / 1024} KiB | ${cells.join(" | ")} |`);
}
rmSync(folder, { recursive: true });

async function sharedMemory() {
  const group = createGroup(ranks);
  const env = (rank) => ({ JEPAC_RANK: String(rank), JEPAC_WORLD: String(ranks), JEPAC_GROUP: group });
  const outputs = await Promise.all(Array.from({ length: ranks }, (_, rank) => command([process.execPath, here("rank.mjs"), ...work], env(rank))));
  removeGroup(group);
  return outputs[0];
}

function command([program, ...args], env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"], timeout: 120_000 });
    let text = "";
    child.stdout.on("data", (chunk) => (text += chunk));
    child.on("close", (code) => (code === 0 ? resolve(text) : reject(new Error(`${program} ended with ${code}`))));
  });
}
