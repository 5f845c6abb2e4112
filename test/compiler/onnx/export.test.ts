import { describe, expect, it } from "vitest";
import { Evaluator } from "../../../compiler/graph/evaluate.ts";
import { ndarray, type NdArray } from "../../../compiler/graph/ndarray.ts";
import { exportOnnx, weightsOf } from "../../../compiler/onnx/export.ts";
import { Message } from "../../../compiler/onnx/protobuf.ts";
import { golden } from "../../goldens/read.ts";
import { GOLDEN_CONFIG, modelOf } from "../../support/models.ts";
import { compileModel } from "../../support/session.ts";
import { runOnnx } from "./run.ts";

const bytes = ({ chunks }: Message): number[] => [...Buffer.concat(chunks)];

describe("the protobuf writer", () => {
  it("writes what protobuf's own documentation shows", () => {
    expect(bytes(new Message().int(1, 150))).toEqual([0x08, 0x96, 0x01]);
    expect(bytes(new Message().text(2, "testing"))).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
    expect(bytes(new Message().message(3, new Message().int(1, 150)))).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
    expect(bytes(new Message().int(1, -2))).toEqual([0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    expect(bytes(new Message().float(20, 1))).toEqual([0xa5, 0x01, 0, 0, 0x80, 0x3f]);
  });
});

describe("the encoder of the goldens' size", () => {
  const compiled = compileModel("models/audio-jepa-official.jm", { set: GOLDEN_CONFIG });
  const embed = compiled.model.exports.find(({ name }) => name === "embed")!;
  const graph = compiled.graphs.get("embed")!;
  const { facts: _, ...step } = golden("step-official");
  const weights = new Map(weightsOf(graph).map((name) => [name, step.floats(name.replace("target_encoder", "encoder")).data]));
  const clips = golden("fbank");
  const raw = clips.ints("raw").data;
  const batch = (n: number): Map<string, NdArray> =>
    new Map([
      ["clip", ndarray("f32", [n, 8000], Float64Array.from(raw.subarray(0, n * 8000), (x) => Math.fround(x / 32767)))],
      ["valid", ndarray("i32", [n], clips.ints("valid").data.subarray(0, n))],
    ]);
  const chunks = exportOnnx({ graph, inputs: embed.inputs, inputPrefix: "embed.", weights, metadata: { rate: "8000" } });

  it("gives in onnxruntime what the graph gives, for any number of clips", async () => {
    for (const n of [1, 3]) {
      const inputs = batch(n);
      const values = new Map([...inputs].map(([name, value]): [string, NdArray] => [`embed.${name}`, value]));
      for (const { name, shape } of compiled.plan.tensors) if (weights.has(name)) values.set(name, ndarray("f32", shape, weights.get(name)!));
      const expected = new Evaluator({ values, sizes: { [graph.sizes[0]!.name]: n } }).value(graph.outputs[0]!.node);
      const result = (await runOnnx(chunks, inputs)).get("result")!;
      expect(result.shape).toEqual([n, 32, 24]);
      const worst = result.data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected.data[i]!)), 0);
      expect(worst).toBeLessThan(2e-5);
    }
  });

  it("holds each weight under its name, the lines of the model, and few nodes that only stretch", () => {
    const file = Buffer.concat(chunks).toString("latin1");
    for (const name of weights.keys()) expect(file).toContain(name);
    expect(file).toContain("std/layers.jm:");
    expect(file.split("Expand").length - 1).toBeLessThan(10);
  });
});

describe("what is no function of its inputs", () => {
  const refused = (body: string): unknown => {
    const text = `
import { SGD } from "std/optimizers"
import { Linear } from "std/layers"
model Odd {
  config batch = 4
  net guess = Linear(2, 2)
  train { minimize mean(guess(uniform([2, 2]))) }
  optimize guess with SGD(lr: 0.1)
  export fn odd(x: f32[N, 2]) -> f32[N, 2] = ${body}
}`;
    const model = modelOf("models/odd.jm", {}, text);
    const { inputs, result } = model.exports[0]!;
    try {
      return exportOnnx({ graph: { name: "odd", outputs: [{ name: "result", node: result }], sizes: [] }, inputs, inputPrefix: "odd.", weights: new Map() });
    } catch (error) {
      return error;
    }
  };

  it("is refused with the line", () => {
    expect(refused("x + uniform([N, 2])")).toMatchObject({ what: "draws random numbers", where: "models/odd.jm:9" });
    expect(refused("x * step")).toMatchObject({ what: "depends on the training step", where: "models/odd.jm:9" });
    expect(refused("x * random()")).toMatchObject({ what: "draws random numbers", where: "models/odd.jm:9" });
  });
});
