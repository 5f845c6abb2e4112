// Real recordings end to end: trains a preset on the Free Spoken Digit Dataset and scores speaker and digit by kNN on
// held-out recordings, beside the untrained network.
//   node bench/real-audio.mjs <fsdd.tar.gz> [--preset tiny] [--steps 3000] [--model models/audio-jepa-official.jm] [--out build/real-audio]
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
    out: { type: "string", default: "build/real-audio" },
    seed: { type: "string", default: "0" },
    // Half a second: the recordings last 0.43 s on average.
    set: { type: "string", multiple: true, default: ["samples=4096"] },
  },
});
const [archive] = positionals;
if (archive === undefined || !existsSync(archive)) {
  console.error("usage: node bench/real-audio.mjs <fsdd.tar.gz>  (recordings named digit_speaker_index.wav)");
  process.exit(1);
}
const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, values.out);
const clips = join(out, "clips");
const build = join(out, "model");
const run = join(out, "run");

if (!existsSync(clips)) {
  await mkdir(clips, { recursive: true });
  sh("tar", ["-xzf", archive, "-C", clips, "--strip-components=1"]);
}
// Recordings 0–9 of each digit and speaker are tested, as the data set's own split has it: not trained on, nor in the bank.
const names = (await readdir(clips)).filter((name) => name.endsWith(".wav")).sort();
const rows = names.map((name) => {
  const [digit, speaker, index] = name.replace(".wav", "").split("_");
  return { name, digit, speaker, split: Number(index) < 10 ? "test" : "train" };
});
await writeFile(join(out, "labels.csv"), ["name,digit,speaker,split", ...rows.map((r) => `${r.name},${r.digit},${r.speaker},${r.split}`)].join("\n"));
const train = join(out, "train");
await rm(train, { recursive: true, force: true });
await mkdir(train, { recursive: true });
for (const { name, split } of rows) if (split === "train") await link(join(clips, name), join(train, name));

await rm(run, { recursive: true, force: true });
jepac("build", values.model, "--preset", values.preset, "--set", `steps=${values.steps}`, ...values.set.flatMap((s) => ["--set", s]), "--out", build);
const started = Date.now();
sh("node", [join(build, "trainer.js"), "--data", train, "--out", run, "--seed", values.seed, "--log-every", "50"]);
const seconds = (Date.now() - started) / 1000;
const result = jepac("eval", build, clips, "--knn", "--checkpoint", run, "--labels", join(out, "labels.csv"), "--json");
const metrics = (await readFile(join(run, "metrics.jsonl"), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
const [first, last] = [metrics[0], metrics.at(-1)];
console.log(`loss ${first.loss.toFixed(3)} at step ${first.step} → ${last.loss.toFixed(3)} at step ${last.step}`);
console.log(`target_std ${first.target_std.toFixed(3)} → ${last.target_std.toFixed(3)}`);
console.log(`${seconds.toFixed(0)} s`);
for (const task of JSON.parse(result).tasks) {
  console.log(`${task.task}: trained ${percent(task.trained)}, untrained ${percent(task.untrained)}, commonest class ${(100 * task.trained.majority).toFixed(1)} %`);
}

function percent({ accuracy, low, high, total }) {
  return `${(100 * accuracy).toFixed(1)} % [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}] of ${total}`;
}

function jepac(...args) {
  return sh("node", [join(root, "dist", "cli", "main.js"), ...args], args.includes("--json"));
}

function sh(command, args, capture = false) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: "utf8", stdio: ["inherit", capture ? "pipe" : "inherit", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
  return stdout ?? "";
}
