// Real recordings end to end: trains a preset on the Free Spoken Digit Dataset and scores speaker and digit by kNN on
// held-out recordings, beside the untrained network.
//   node bench/real-audio.mjs <fsdd.tar.gz> [--preset tiny] [--steps 3000] [--model models/audio-jepa-official.jm] [--out build/real-audio]
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fsddArguments, fsddRecordings, jepac, linkAll, percent, sh } from "./support/fsdd.mjs";

const { archive, out, preset, steps, model, seed, settings } = fsddArguments("real-audio");
const [clips, train, build, run] = ["clips", "train", "model", "run"].map((name) => join(out, name));

// Recordings 0–9 of each digit and speaker are tested, as the data set's own split has it: not trained on, nor in the bank.
const recordings = (await fsddRecordings(archive, clips)).map((one) => ({ ...one, split: one.index < 10 ? "test" : "train" }));
await writeFile(join(out, "labels.csv"), ["name,digit,speaker,split", ...recordings.map((r) => `${r.name},${r.digit},${r.speaker},${r.split}`)].join("\n"));
await linkAll(recordings.filter(({ split }) => split === "train"), clips, train);

await rm(run, { recursive: true, force: true });
jepac("build", model, "--preset", preset, "--set", `steps=${steps}`, ...settings, "--out", build);
const started = Date.now();
sh("node", [join(build, "trainer.js"), "--data", train, "--out", run, "--seed", seed, "--log-every", "50"]);
const seconds = (Date.now() - started) / 1000;
const result = jepac("eval", build, clips, "--knn", "--checkpoint", run, "--labels", join(out, "labels.csv"), "--json");
const metrics = (await readFile(join(run, "metrics.jsonl"), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
const [first, last] = [metrics[0], metrics.at(-1)];
console.log(`loss ${first.loss.toFixed(3)} at step ${first.step} → ${last.loss.toFixed(3)} at step ${last.step}`);
console.log(`target_std ${first.target_std.toFixed(3)} → ${last.target_std.toFixed(3)}`);
console.log(`${seconds.toFixed(0)} s`);
const shown = ({ accuracy, low, high, total }) => percent(accuracy, low, high, total);
for (const { task, trained, untrained } of JSON.parse(result).tasks) {
  console.log(`${task}: trained ${shown(trained)}, untrained ${shown(untrained)}, commonest class ${(100 * trained.majority).toFixed(1)} %`);
}
