import { describe, expect, it } from "vitest";
import { splitBatch } from "../../../compiler/batch/split.ts";
import { ElaborationFailure } from "../../../compiler/elaborate/failure.ts";
import { elaborate } from "../../../compiler/elaborate/model.ts";
import { topological } from "../../../compiler/graph/order.ts";
import { renderDiagnostic } from "../../../compiler/diagnostics/render.ts";
import { programOf } from "../../support/models.ts";

const modelText = (body: string, config = "config batch = 8"): string => `model M {
  ${config}
  input x: f32[batch, 3]
  net w = Weight()
  train { ${body} }
  optimize w with Sgd(lr: 0.1 * batch)
}
module Weight() { param weight: f32[3] = ones()   fn (x: f32[N, 3]) -> f32[N, 3] = x * weight }
optimizer Sgd(lr: real) { update w by g { w = w - lr * g } }
`;

function split(text: string, microBatch?: number): ReturnType<typeof splitBatch> {
  const program = programOf("m.jm", text);
  const whole = elaborate(program, {});
  if ("failure" in whole) throw new Error(renderDiagnostic(whole.failure));
  return splitBatch(program, {}, whole.model, microBatch);
}

function complaint(text: string, microBatch: number): string {
  try {
    split(text, microBatch);
  } catch (error) {
    if (error instanceof ElaborationFailure) return renderDiagnostic(error.diagnostic);
    throw error;
  }
  return "";
}

const plain = "minimize mean(w(x) * uniform([batch, 3]) * uniform([3]))";

describe("splitting a batch", () => {
  it("finds what has one part for each clip, with passes and without", () => {
    for (const microBatch of [undefined, 4]) {
      const { axis, passes, clips, model } = split(modelText(plain), microBatch);
      expect({ ...axis, passes, clips }).toEqual({ inputs: new Set(["x"]), sites: new Set([0]), passes: 8 / (microBatch ?? 8), clips: microBatch ?? 8 });
      expect(model.inputs[0]!.shape[0]!.constant).toBe(microBatch ?? 8);
      expect(model.config).toEqual({ batch: 8 });
    }
  });

  it("leaves schedules and rules those of the whole batch", () => {
    const rules = [split(modelText(plain)), split(modelText(plain), 2)].map(({ model }) => model.optimizers[0]!.rule.updates[0]!.target);
    for (const target of rules) expect(topological([target]).map((node) => node.attrs["value"])).toContain(0.8);
  });

  it("says what it cannot split", () => {
    expect(complaint(modelText(plain), 3)).toMatch(/^error\[JM0602\]: passes over 3 clips do not make up a batch of 8\n/);
    expect(complaint(modelText(plain, "let batch = 8"), 2)).toMatch(/^error\[JM0602\]: passes over 2 clips need a batch to take them from\n/);
    expect(complaint(modelText("minimize mean(w(x) * transpose(uniform([3, batch])))"), 2)).toMatch(/^error\[JM0603\]: this `uniform` depends on `batch` otherwise/);
    expect(complaint(modelText(plain, "config batch = 8 dim M in 1..batch").replace("uniform([3])", "mean(uniform([M]))"), 2)).toMatch(/^error\[JM0603\]: the runtime size `M` depends on `batch`/);
  });
});
