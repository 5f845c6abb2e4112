// npm run bench [-- <name> [arguments]]: the measurements behind figures in notes and docs; docs/benchmarks.md explains.
// Without a name: jepac beside its peers.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const benches = {
  "peers": "jepac, jax-js and tfjs (and PyTorch) on one training step: [--rounds 3] [--json]",
  "kit": "jepac alone on the step that peers are measured on: [--steps 10] [--profile]",
  "build-time": "how long `jepac build` of the full model takes, process and all",
  "full-size": "two training steps of the unreduced ViT-B model: [--batch 4] [--twin]",
  "step-time": "milliseconds a step and where they go: [--preset tiny] [--steps 20]",
  "real-audio": "the Free Spoken Digit Dataset end to end: <fsdd.tar.gz> [--steps 3000] [--preset tiny]",
};

const given = process.argv.slice(2);
const [name, ...args] = given[0] === undefined || given[0].startsWith("--") ? ["peers", ...given] : given;
if (!Object.hasOwn(benches, name) || args.includes("--help")) {
  for (const [known, about] of Object.entries(benches)) console.log(`${known.padEnd(12)} ${about}`);
  process.exit(args.includes("--help") ? 0 : 1);
}
const { status } = spawnSync(process.execPath, [fileURLToPath(new URL(`${name}.mjs`, import.meta.url)), ...args], { stdio: "inherit" });
process.exit(status ?? 1);
