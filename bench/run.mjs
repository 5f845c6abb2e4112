// npm run bench [-- <name> [arguments]]: the measurements behind figures in notes and docs; docs/benchmarks.md explains.
// Without a name: jepac beside its peers, matrix products, and the Audio-JEPA step; with --json, one line for all at the end.
// With --mesa26, all of it on Mesa 26's software driver, which is brought on first use.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mesa26 } from "../scripts/mesa26.mjs";

const benches = {
  "peers": "jepac, jax-js and tfjs (and PyTorch) on one training step: [--rounds 3] [--json]",
  "matmul": "a matrix product beside the peers, then the products of a model's layers: [--size 1024x1024x1024] [--json]",
  "audio-jepa": "the Audio-JEPA step against the device's best rates: [--preset small] [--batch 256] [--json]",
  "kit": "jepac alone on the step that peers are measured on: [--steps 10] [--profile]",
  "build-time": "how long `jepac build` of the full model takes, process and all",
  "full-size": "two training steps of the unreduced ViT-B model: [--batch 4] [--twin]",
  "step-time": "milliseconds a step and where they go: [--preset tiny] [--steps 20]",
  "attention": "attention as a chain of products and as kernels: [--batch 8] [--tokens 128]",
  "parallel/scaling": "what a second device brings: [--devices 2] [--preset tiny]",
  "parallel/soak": "training on two devices, broken at random moments: [--times 20]",
  "real-audio": "the Free Spoken Digit Dataset end to end: <fsdd.tar.gz> [--steps 3000] [--preset tiny]",
  "xares-fsdd": "the same recordings as two tasks of X-ARES: log-mel, untrained, trained: <fsdd.tar.gz> [--steps 3000]",
};

const given = process.argv.slice(2).filter((word) => word !== "--mesa26");
const runner = process.argv.includes("--mesa26") ? onMesa26() : { node: process.execPath, env: {} };
const [name, ...args] = given;
if (given.includes("--help") || (name !== undefined && name !== "--json" && !Object.hasOwn(benches, name))) {
  for (const [known, about] of Object.entries(benches)) console.log(`${known.padEnd(16)} ${about}`);
  process.exit(given.includes("--help") ? 0 : 1);
}
if (name !== undefined && name !== "--json") process.exit((await run(name, args)).status);

const peers = await run("peers", ["--json"], true);
const matmul = await run("matmul", ["--json"], true);
const audioJepa = await run("audio-jepa", ["--json"], true);
if (given.includes("--json")) {
  const { ratios, ...step } = peers.json ?? {};
  console.log(JSON.stringify({ ratios, date: new Date().toISOString(), step, matmul: matmul.json, audio_jepa: audioJepa.json }));
}
process.exit(Math.max(peers.status, matmul.status, audioJepa.status));

/** Runs a bench; with `withJson`, its line of JSON is kept and not shown. */
async function run(bench, args, withJson = false) {
  const script = fileURLToPath(new URL(`${bench}.mjs`, import.meta.url));
  const child = spawn(runner.node, [script, ...args], { env: { ...process.env, ...runner.env }, stdio: ["inherit", withJson ? "pipe" : "inherit", "inherit"] });
  const ended = new Promise((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  let json;
  if (withJson) {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith("{")) json = JSON.parse(line);
      else console.log(line);
    }
  }
  return { status: await ended, json };
}

/** A Node that finds Mesa 26, and its environment; what benches start runs there too. */
function onMesa26() {
  const cache = fileURLToPath(new URL("../.cache", import.meta.url));
  const found = mesa26(join(cache, "mesa26"));
  if ("missing" in found) {
    console.error(`error: Mesa 26 is not to be had here: ${found.missing}`);
    process.exit(1);
  }
  return { node: found.node, env: { ...found.env, MESA_SHADER_CACHE_DIR: join(cache, "mesa26-shaders") } };
}
