// Real recordings through the X-ARES command: the Free Spoken Digit Dataset packed as two tasks in the suite's layout,
// scored with the log-mel spectrogram, the untrained network and the trained one.
//   node bench/xares-fsdd.mjs <fsdd.tar.gz> [--preset tiny] [--steps 3000] [--model models/audio-jepa-official.jm] [--out build/xares-fsdd]
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { link, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    preset: { type: "string", default: "tiny" },
    steps: { type: "string", default: "3000" },
    model: { type: "string", default: "models/audio-jepa-official.jm" },
    out: { type: "string", default: "build/xares-fsdd" },
    seed: { type: "string", default: "0" },
    // Half a second: the recordings last 0.43 s on average.
    set: { type: "string", multiple: true, default: ["samples=4096"] },
  },
});
const [archive] = positionals;
if (archive === undefined || !existsSync(archive)) {
  console.error("usage: node bench/xares-fsdd.mjs <fsdd.tar.gz>  (recordings named digit_speaker_index.wav)");
  process.exit(1);
}
const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, values.out);
const [clips, data, train] = ["clips", "data", "train"].map((name) => join(out, name));

if (!existsSync(clips)) {
  await mkdir(clips, { recursive: true });
  sh("tar", ["-xzf", archive, "-C", clips, "--strip-components=1"]);
}
const recordings = (await readdir(clips)).filter((name) => name.endsWith(".wav")).sort().map((name) => {
  const [digit, speaker, index] = name.replace(".wav", "").split("_");
  // Recordings 0–9 of each digit and speaker are tested, as the data set's own split has it; 10–14 choose the epoch.
  return { name, digit, speaker, split: Number(index) < 10 ? "test" : Number(index) < 15 ? "valid" : "train" };
});
// Tasks of the suite with the same layout: what is scored is FSDD's digits and speakers, not these tasks' own data.
await pack("speechcommandsv1", ({ digit }) => ({ labels: digit }));
await pack("cremad", ({ speaker }) => ({ label: speaker }));
await rm(train, { recursive: true, force: true });
await mkdir(train, { recursive: true });
for (const { name, split } of recordings) if (split !== "test") await link(join(clips, name), join(train, name));

const settings = values.set.flatMap((setting) => ["--set", setting]);
const run = join(out, "run");
if (!existsSync(join(run, "run.json"))) {
  jepac("build", values.model, "--preset", values.preset, "--set", `steps=${values.steps}`, ...settings, "--out", join(out, "model"));
  sh("node", [join(out, "model", "trainer.js"), "--data", train, "--out", run, "--seed", values.seed, "--log-every", "50"]);
}
jepac("build", "models/baselines/log-mel.jm", "--preset", values.preset, ...settings, "--out", join(out, "log-mel"));
const models = { "log-mel": [join(out, "log-mel")], "untrained": [run, "--untrained"], "trained": [run] };
for (const [name, args] of Object.entries(models)) {
  const scores = join(out, `eval-${name}`);
  jepac("eval", "--suite", "xares", "--data", data, "--tasks", "speechcommandsv1,cremad", "--attentive", "--out", scores, ...args);
  const { runs } = JSON.parse(await readFile(join(scores, "xares.json"), "utf8"));
  for (const [i, task] of ["digit", "speaker"].entries()) {
    const outcome = runs[0].tasks[i];
    console.log(`${name}, ${task}: ${Object.entries(outcome.scores).map(([column, score]) => `${column} ${percent(score)}`).join(", ")}`);
  }
}

/** One shard a split, as the suite names them. */
async function pack(task, label) {
  const folder = join(data, task);
  if (existsSync(folder)) return;
  await mkdir(folder, { recursive: true });
  for (const split of ["train", "valid", "test"]) {
    const staged = join(out, "staged");
    await rm(staged, { recursive: true, force: true });
    await mkdir(staged);
    for (const recording of recordings.filter((one) => one.split === split)) {
      await link(join(clips, recording.name), join(staged, recording.name));
      await writeFile(join(staged, recording.name.replace(".wav", ".json")), JSON.stringify(label(recording)));
    }
    sh("tar", ["-cf", join(folder, `wds-audio-${split}-000000.tar`), "-C", staged, "."]);
    await rm(staged, { recursive: true });
  }
}

function percent({ score, low, high, n }) {
  return `${(100 * score).toFixed(1)} % [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}] of ${n}`;
}

function jepac(...args) {
  sh("node", [join(root, "dist", "cli", "main.js"), ...args]);
}

function sh(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
