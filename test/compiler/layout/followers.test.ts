import { expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import { evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import { ndarray } from "../../../compiler/graph/ndarray.ts";
import { withFollowers } from "../../../compiler/layout/followers.ts";
import { updateRuns } from "../../../compiler/layout/runs.ts";
import { layOutFlat } from "../../../compiler/layout/flat.ts";
import { compile } from "../../../compiler/compile.ts";
import { modelOf, readerOf } from "../../support/models.ts";

test("an average takes the weights just computed", () => {
  const g = new GraphBuilder([]);
  const weight = (name: string) => g.weight(name, [2]);
  const half = g.fill(0.5, weight("target"));
  const step = g.graph("step", [{ name: "target", node: g.sub(weight("target"), weight("source")) }]);
  const average = g.mul(half, g.add(weight("target"), weight("source")));
  const values = new Map(Object.entries({ target: [10, 20], source: [1, 2], "average.0": [3, 4] }).map(([name, data]) => [name, ndarray("f32", [2], data)]));
  const found = evaluateGraph(withFollowers(step, [average]), { values });
  expect([...found.get("target")!.data]).toEqual([9, 18]);
  expect([...found.get("average.0")!.data]).toEqual([6, 11]);
});

test("a step ends with one dispatch for each group of weights, which moves optimizer state and average too", () => {
  const { plan } = compile("models/audio-jepa.jm", readerOf(), { preset: "tiny" }).compiled!;
  const { dispatches, phases } = plan.programs["step"]!;
  const updates = dispatches.slice(phases!.updateFrom);
  const buffers = updates.map(({ bindings }) => new Set(bindings.map(({ buffer }) => plan.buffers.find((_, i) => i === buffer)!.name)));
  const of = (net: string, ...more: string[]) => new Set([`weights.${net}`, `gradients.${net}`, `state.m.${net}`, `state.v.${net}`, ...more]);
  const [encoder, predictor] = [of("encoder", "weights.target_encoder"), of("predictor")];
  expect(buffers).toEqual([encoder, encoder, predictor, predictor]);
});

test("an average of what no optimizer moves has a run of its own", () => {
  const model = modelOf("models/audio-jepa.jm", { preset: "tiny" });
  const none = new Map<string, number>();
  const runs = updateRuns({ ...model, optimizers: [] }, layOutFlat(model), { weights: none, gradients: none, states: none });
  expect(runs.map((run) => run.rule.rule)).toEqual(["ema"]);
});
