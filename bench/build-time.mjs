// How long `jepac build models/audio-jepa.jm` takes as a whole process: five runs, in turn.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const model = fileURLToPath(new URL("../models/audio-jepa.jm", import.meta.url));
const times = [];
for (let run = 0; run < 5; run++) {
  const started = performance.now();
  const { status, stderr } = spawnSync("node", [cli, "build", model, "--out", "build/bench-build-time"], { encoding: "utf8" });
  if (status !== 0) {
    console.error(stderr);
    process.exit(1);
  }
  times.push((performance.now() - started) / 1000);
}
times.sort((a, b) => a - b);
console.log(`jepac build models/audio-jepa.jm: least ${times[0].toFixed(2)} s, median ${times[2].toFixed(2)} s, most ${times[4].toFixed(2)} s`);
