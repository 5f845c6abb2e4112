import { afterEach, describe, expect, it } from "vitest";
import type { HostArray, Session } from "../../runtime/execute/index.ts";
import { knnPredict, XARES_KNN } from "../../runtime/evaluate/knn.ts";
import { knnOnDevice } from "../../runtime/evaluate/probe/knn-anywhere.ts";
import { uniformAt } from "../../runtime/plan/random.ts";
import { golden } from "../goldens/read.ts";
import { compileModel, loadedOf, sessionOf, testGpu } from "../support/session.ts";

/** The sizes of test/goldens/probes.py. */
const DIM = 12;
const CLASSES = 5;
const BATCH = 16;
const want = golden("probes");
const { accuracy } = want.facts as unknown as { accuracy: number };

let session: Session | undefined;
afterEach(() => {
  session?.dispose();
  session = undefined;
});

async function probe(name: string, golden: string, set: Readonly<Record<string, string>>): Promise<Session> {
  session = await sessionOf(compileModel(`models/probes/${name}.jm`, { set: { dim: String(DIM), ...set } }));
  for (const { name: weight, role } of session.plan.tensors) if (role === "weight") session.writeTensor(weight, want.floats(`${golden}.start.${weight}`).data);
  return session;
}

/** The largest difference from the golden curve; each step is given its inputs. */
async function curveError(session: Session, golden: string, inputs: (step: number) => { inputs: Record<string, HostArray>; rows: number }): Promise<number> {
  const expected = want.floats(`${golden}.loss`).data;
  let worst = 0;
  for (const [step, loss] of expected.entries()) {
    const { rows, inputs: given } = inputs(step);
    const outputs = await session.run("step", { step, seed: 0, sizes: { B: rows }, inputs: given, read: ["loss"] }).outputs();
    worst = Math.max(worst, Math.abs(outputs["loss"]![0]! - loss));
  }
  return worst;
}

function pick(values: Float32Array, rows: Int32Array): Float32Array {
  const width = values.length / 75;
  const picked = new Float32Array(rows.length * width);
  rows.forEach((row, i) => picked.set(values.subarray(row * width, (row + 1) * width), i * width));
  return picked;
}

const oneHot = (labels: readonly number[] | Int32Array): Float32Array => Float32Array.from({ length: labels.length * CLASSES }, (_, i) => Number(labels[Math.floor(i / CLASSES)] === i % CLASSES));

describe("the linear probe, against PyTorch", () => {
  it.each([
    ["linear", oneHot(Array.from({ length: 75 }, (_, i) => i % CLASSES)), { multi: "false" }],
    ["multi", want.floats("multi.targets").data, { multi: "true", positive: "3" }],
  ] as const)("%s: the loss of every step, and what it then says", async (name, targets, set) => {
    const session = await probe("linear", name, { classes: String(CLASSES), batch: "40", epochs: "40", per_epoch: "5", ...set });
    const order = want.ints(`${name}.order`);
    const bank = want.floats("bank").data;
    const error = await curveError(session, name, (step) => {
      const [epoch, first] = [Math.floor(step / 5), (step % 5) * BATCH];
      const rows = order.data.subarray(epoch * 75 + first, epoch * 75 + Math.min(75, first + BATCH));
      return { rows: rows.length, inputs: { features: pick(bank, rows), target: pick(targets, rows) } };
    });
    expect(error).toBeLessThan(1e-5);
    const { result } = await session.run("logits", { step: 0, seed: 0, sizes: { N: 40 }, inputs: { features: want.floats("queries").data } }).outputs();
    const expected = want.floats(`${name}.logits`).data;
    expected.forEach((value, i) => expect(Math.abs(result![i]! - value)).toBeLessThan(1e-3));
    if (name !== "linear") return;
    const best = (row: number): number => Array.from({ length: CLASSES }, (_, c) => c).reduce((a, b) => (result![row * CLASSES + b]! > result![row * CLASSES + a]! ? b : a));
    expect(Array.from({ length: 40 }, (_, row) => best(row)).filter((label, row) => label === row % CLASSES).length / 40).toBeCloseTo(accuracy, 9);
  });

  it("starts as PyTorch's nn.Linear does: uniform in ±1/sqrt(in)", async () => {
    session = await sessionOf(compileModel("models/probes/linear.jm", { set: { dim: "64", classes: "50", batch: "4" } }));
    await session.run("init", { step: 0, seed: 3, read: [] }).outputs();
    const weight = await session.readTensor("fc.weight");
    const square = weight.reduce((sum, w) => sum + w * w, 0) / weight.length;
    expect(Math.max(...weight)).toBeLessThanOrEqual(0.125);
    expect(Math.min(...weight)).toBeGreaterThanOrEqual(-0.125);
    expect(square * 64 * 3).toBeGreaterThan(0.95);
    expect(square * 64 * 3).toBeLessThan(1.05);
  });
});

it("the attentive probe: the loss of every step, padding left out", async () => {
  const session = await probe("attentive", "attentive", { heads: "3", times: "5", batch: "8", classes: String(CLASSES), epochs: "2", per_epoch: "5" });
  const features = want.floats("attentive.features").data;
  const length = want.ints("attentive.length").data;
  const labels = want.ints("attentive.labels").data;
  const error = await curveError(session, "attentive", (step) => ({
    rows: 8,
    inputs: { features: features.slice(step * 8 * 5 * DIM, (step + 1) * 8 * 5 * DIM), length: length.slice(step * 8, (step + 1) * 8), target: oneHot(labels.slice(step * 8, (step + 1) * 8)) },
  }));
  expect(error).toBeLessThan(1e-5);
});

it("the retrieval probe: the loss of every step", async () => {
  const session = await probe("retrieval", "retrieval", { hidden: "16", words: "20", length: "6", batch: "7", epochs: "2", per_epoch: "4" });
  const features = want.floats("retrieval.features").data;
  const tokens = want.ints("retrieval.tokens").data;
  const error = await curveError(session, "retrieval", (step) => ({
    rows: 7,
    inputs: { features: features.slice(step * 7 * DIM, (step + 1) * 7 * DIM), tokens: tokens.slice(step * 7 * 6, (step + 1) * 7 * 6) },
  }));
  expect(error).toBeLessThan(1e-5);
});

it.each(["xares", "cosine"] as const)("kNN on the device predicts as PyTorch does: %s", async (kind) => {
  const probes = { digest: "", build: () => Promise.resolve(loadedOf(compileModel("models/probes/neighbours.jm", { set: { dim: String(DIM), batch: "2048" } }))) };
  const gpu = await testGpu();
  const labels = Array.from({ length: 75 }, (_, i) => i % CLASSES);
  const question = { bank: { values: want.floats("bank").data, labels }, queries: want.floats("queries").data, dim: DIM, settings: XARES_KNN, kind };
  expect(await knnOnDevice(gpu, probes, question)).toEqual([...want.ints(`knn.${kind}`).data]);
  // More than one block a side, against the host.
  const many = (count: number, key: number): Float32Array => Float32Array.from({ length: count * DIM }, (_, i) => uniformAt(key, i) - 0.2);
  const larger = { ...question, bank: { values: many(2100, 1), labels: Array.from({ length: 2100 }, (_, i) => i % 7) }, queries: many(2060, 2) };
  const [device, host] = [await knnOnDevice(gpu, probes, larger), knnPredict(larger.bank, larger.queries, DIM, XARES_KNN, kind)];
  expect(device.filter((label, i) => label !== host[i]).length).toBeLessThanOrEqual(2); // f32 against f64 in a near tie
  expect(device).toHaveLength(2060);
});
