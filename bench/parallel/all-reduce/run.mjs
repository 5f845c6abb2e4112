// The bandwidth of an all-reduce: shared memory, and MPI through koffi, beside a C program on the same MPI.
//   node bench/parallel/all-reduce/run.mjs [--ranks 2] [--rounds 4] [--sizes 4194304,16777216,67108864] [--columns shared,openmpi]
// Needs mpicc and mpirun for the MPI columns. The columns take turns, so that a neighbour's load falls on all alike;
// each cell is the median over all rounds of bytes / time, with the best in brackets. Then the ratios to C: in each round
// that of the medians of its calls, and of these the median over the rounds, with the quartiles. With `--columns f16,...` also
// sums of as many numbers in half precision, whose bytes are counted as those of f32: so rates compare.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createGroup, removeGroup } from "../../../runtime/dist/parallel/shared-memory/group-folder.js";

const { values } = parseArgs({
  options: { ranks: { type: "string", default: "2" }, rounds: { type: "string", default: "4" }, sizes: { type: "string", default: "4194304,16777216,67108864" }, columns: { type: "string", default: "shared,files,openmpi,mpich" } },
});
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const ranks = Number(values.ranks);
const sizes = values.sizes.split(",").map(Number);
const work = sizes.flatMap((bytes) => [String(bytes), bytes > 8e6 ? "6" : "30"]);
const folder = mkdtempSync(join(tmpdir(), "jepac-all-reduce-"));

const chosen = values.columns.split(",");
const columns = [];
if (chosen.includes("shared")) columns.push({ name: "shared memory", beside: "openmpi, C", run: () => sharedMemory({}) });
if (chosen.includes("f16")) columns.push({ name: "shared memory, f16", beside: "openmpi, C", run: () => sharedMemory({}, ["f16"]) });
if (chosen.includes("files")) columns.push({ name: "shared memory, files", beside: "openmpi, C", run: () => sharedMemory({ JEPAC_BENCH: "files" }) });
for (const mpi of ["openmpi", "mpich"].filter((name) => chosen.includes(name))) {
  const program = join(folder, mpi);
  if (spawnSync(`mpicc.${mpi}`, ["-O3", here("all-reduce.c"), "-o", program]).status !== 0) continue;
  const prefix = [`mpirun.${mpi}`, ...(mpi === "openmpi" ? ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"] : []), "-n", String(ranks)];
  columns.push({ name: `${mpi}, C`, run: () => command([...prefix, program, ...work]) });
  columns.push({ name: `${mpi}, jepac`, beside: `${mpi}, C`, run: () => command([...prefix, process.execPath, here("rank.mjs"), ...work]) });
  if (chosen.includes("f16")) columns.push({ name: `${mpi}, jepac, f16`, beside: `${mpi}, C`, run: () => command([...prefix, process.execPath, here("rank.mjs"), "f16", ...work]) });
}

/** Of each column and size, the times of each round. */
const seconds = new Map(columns.flatMap(({ name }) => sizes.map((bytes) => [`${name} ${bytes}`, []])));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const { name, run } of columns) {
    for (const bytes of sizes) seconds.get(`${name} ${bytes}`).push([]);
    for (const line of (await run()).trim().split("\n")) {
      const [bytes, time] = line.split(" ").map(Number);
      seconds.get(`${name} ${bytes}`).at(-1).push(time);
    }
  }
}
const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const quantile = (numbers, part) => sorted(numbers)[Math.min(numbers.length - 1, Math.floor(part * numbers.length))];
const median = (numbers) => quantile(numbers, 0.5);
const table = (title, chosen, cell) => {
  console.log(`\n${ranks} ranks; ${title}\n| KiB | ${chosen.map(({ name }) => name).join(" | ")} |`);
  for (const bytes of sizes) console.log(`| ${bytes / 1024} | ${chosen.map((column) => cell(column, bytes)).join(" | ")} |`);
};
table("GB/s, median (best)", columns, ({ name }, bytes) => {
  const times = seconds.get(`${name} ${bytes}`).flat();
  return `${(bytes / median(times) / 1e9).toFixed(2)} (${(bytes / Math.min(...times) / 1e9).toFixed(2)})`;
});
const compared = columns.filter(({ beside }) => columns.some(({ name }) => name === beside));
table("times as fast as C, median over rounds (quartiles)", compared, ({ name, beside }, bytes) => {
  const reference = seconds.get(`${beside} ${bytes}`);
  const ratios = seconds.get(`${name} ${bytes}`).map((times, round) => median(reference[round]) / median(times));
  return `${median(ratios).toFixed(2)} (${quantile(ratios, 0.25).toFixed(2)}-${quantile(ratios, 0.75).toFixed(2)})`;
});
rmSync(folder, { recursive: true });

async function sharedMemory(extra, format = []) {
  const group = createGroup(ranks);
  const env = (rank) => ({ ...extra, JEPAC_RANK: String(rank), JEPAC_WORLD: String(ranks), JEPAC_GROUP: group });
  const outputs = await Promise.all(Array.from({ length: ranks }, (_, rank) => command([process.execPath, here("rank.mjs"), ...format, ...work], env(rank))));
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
