// The whole path once, on any machine: clips → build → train → kNN → report. No GPU, no data, no network needed.
import { spawnSync } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeReport, writeSyntheticClips } from "../runtime/dist/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "build", "demo");
const clips = join(out, "clips");
const build = join(out, "model");
const run = join(out, "run");

const started = Date.now();
spawn("node", [join(root, "scripts", "setup-vulkan.mjs")]);
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

say("1. clips: 800 short sounds of 8 kinds, as wav and flac files");
await writeSyntheticClips(clips, { count: 800, seconds: 1, rate: 8_000, seed: 7 });

say("2. build: models/audio-jepa.jm, preset tiny");
jepac("build", join("models", "audio-jepa.jm"), "--preset", "tiny", "--out", build);

say("3. train");
spawn("node", [join(build, "trainer.js"), "--data", clips, "--out", run, "--log-every", "50"]);

say("4. score: kNN on the frozen target encoder, beside the untrained network");
const scores = jepac("eval", build, clips, "--knn", "--checkpoint", run, "--json");
await writeFile(join(out, "knn.json"), scores);
for (const task of JSON.parse(scores).tasks) {
  const percent = (score) => `${(100 * score.accuracy).toFixed(1)} %`;
  say(`   ${task.task}: trained ${percent(task.trained)}, untrained ${percent(task.untrained)} (${task.trained.total} clips tested)`);
}

const report = join(out, "report.html");
await writeReport({ buildDir: build, run, data: clips, knn: JSON.parse(scores), out: report });
say(`5. report: ${report}`);
say(`done in ${((Date.now() - started) / 1000).toFixed(0)} s`);

function jepac(...args) {
  console.log(`   $ jepac ${args.map((a) => a.replace(root, "")).join(" ")}`);
  return spawn("node", [join(root, "dist", "cli", "main.js"), ...args], args.includes("--json"));
}

function spawn(command, args, capture = false) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: "utf8", stdio: ["inherit", capture ? "pipe" : "inherit", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
  return stdout ?? "";
}

function say(text) {
  console.log(text);
}
