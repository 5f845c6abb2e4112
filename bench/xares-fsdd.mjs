// Real recordings through the X-ARES command: the Free Spoken Digit Dataset packed as two tasks in the suite's layout,
// scored with the log-mel spectrogram, the untrained network and the trained one.
//   node bench/xares-fsdd.mjs <fsdd.tar.gz> [--preset tiny] [--steps 3000] [--model models/audio-jepa-official.jm] [--out build/xares-fsdd]
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fsddArguments, fsddRecordings, jepac, linkAll, percent, sh } from "./support/fsdd.mjs";

const { archive, out, preset, steps, model, seed, settings } = fsddArguments("xares-fsdd");
const [clips, data, train, run] = ["clips", "data", "train", "run"].map((name) => join(out, name));

// Recordings 0–9 of each digit and speaker are tested, as the data set's own split has it; 10–14 choose the epoch.
const splitOf = (index) => (index < 10 ? "test" : index < 15 ? "valid" : "train");
const recordings = (await fsddRecordings(archive, clips)).map((one) => ({ ...one, split: splitOf(one.index) }));
// Tasks of the suite with the same layout: what is scored is FSDD's digits and speakers, not these tasks' own data.
await pack("speechcommandsv1", ({ digit }) => ({ labels: digit }));
await pack("cremad", ({ speaker }) => ({ label: speaker }));
await linkAll(recordings.filter(({ split }) => split !== "test"), clips, train);

if (!existsSync(join(run, "run.json"))) {
  jepac("build", model, "--preset", preset, "--set", `steps=${steps}`, ...settings, "--out", join(out, "model"));
  sh("node", [join(out, "model", "trainer.js"), "--data", train, "--out", run, "--seed", seed, "--log-every", "50"]);
}
jepac("build", "models/baselines/log-mel.jm", "--preset", preset, ...settings, "--out", join(out, "log-mel"));
const encoders = { "log-mel": [join(out, "log-mel")], "untrained": [run, "--untrained"], "trained": [run] };
for (const [name, args] of Object.entries(encoders)) {
  const scores = join(out, `eval-${name}`);
  jepac("eval", "--suite", "xares", "--data", data, "--tasks", "speechcommandsv1,cremad", "--attentive", "--out", scores, ...args);
  const { runs } = JSON.parse(await readFile(join(scores, "xares.json"), "utf8"));
  for (const [i, task] of ["digit", "speaker"].entries()) {
    const outcome = runs[0].tasks[i];
    console.log(`${name}, ${task}: ${Object.entries(outcome.scores).map(([column, score]) => `${column} ${percent(score.score, score.low, score.high, score.n)}`).join(", ")}`);
  }
}

/** One shard a split, as the suite names them. */
async function pack(task, label) {
  const folder = join(data, task);
  if (existsSync(folder)) return;
  await mkdir(folder, { recursive: true });
  for (const split of ["train", "valid", "test"]) {
    const staged = join(out, "staged");
    const chosen = recordings.filter((one) => one.split === split);
    await linkAll(chosen, clips, staged);
    for (const recording of chosen) await writeFile(join(staged, recording.name.replace(".wav", ".json")), JSON.stringify(label(recording)));
    sh("tar", ["-cf", join(folder, `wds-audio-${split}-000000.tar`), "-C", staged, "."]);
    await rm(staged, { recursive: true });
  }
}
