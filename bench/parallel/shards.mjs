// What each rank saves by dividing the optimizer state, and the updates it makes, by the plan of a build: no device.
//   node bench/parallel/shards.mjs [--preset small] [--set batch=256] [--micro-batch 32] [--devices 2,8]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { planOfRank } from "../../runtime/dist/parallel/shard/rank-plan.js";
import { bucketsOf } from "../../runtime/dist/parallel/step/buckets.js";
import { build } from "./setting.mjs";

const { values } = parseArgs({
  options: { preset: { type: "string" }, set: { type: "string", multiple: true, default: [] }, "micro-batch": { type: "string", default: "32" }, devices: { type: "string", default: "2,8" } },
});
const folder = mkdtempSync(join(tmpdir(), "jepac-shards-"));
const plan = build(folder, "build", { preset: values.preset, set: Object.fromEntries(values.set.map((text) => text.split("="))), microBatch: Number(values["micro-batch"]) });
rmSync(folder, { recursive: true });
const mebi = (bytes) => (bytes / 2 ** 20).toFixed(1);
const updates = ({ programs: { step } }) => step.dispatches.length - step.phases.updateFrom;
console.log("| devices | optimizer state MiB | saved by each MiB | buffers of the plan MiB | dispatches of the updates |\n| --- | --- | --- | --- | --- |");
for (const world of values.devices.split(",").map(Number)) {
  const ranks = Array.from({ length: world }, (_, rank) => planOfRank(plan, bucketsOf(plan.programs.step.phases.gradients), rank, world));
  const state = ranks[0].states.reduce((sum, { elements }) => sum + 4 * elements, 0);
  const saved = Math.min(...ranks.map((rank) => rank.saved));
  const most = Math.max(...ranks.map((rank) => updates(rank.plan)));
  console.log(`| ${world} | ${mebi(state)} | ${mebi(saved)} | ${mebi(plan.stats.peakBytes)} to ${mebi(plan.stats.peakBytes - saved)} | ${updates(plan)} to ${most} |`);
}
