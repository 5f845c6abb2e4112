import { afterAll, describe, expect, test } from "vitest";
import { chooseVariant } from "../../runtime/execute/choose-variant.ts";
import { Session } from "../../runtime/execute/index.ts";
import { openGpu } from "../../runtime/gpu/index.ts";
import { golden } from "../goldens/read.ts";
import { GOLDEN_CONFIG, goldenText } from "../support/models.ts";
import { compileModel, loadedOf } from "../support/session.ts";

/** Of the adapter that is there: `npm run test:mesa26 -- test/e2e/matrix-units` brings one that has them. */
const gpu = await openGpu({ backEnds: ["sgm"] });
afterAll(() => gpu.destroy());

describe.runIf(gpu.info.matrices.length > 0)("a training step by matrix units", () => {
  test("has the loss and the gradients of PyTorch in f32, nearly", { timeout: 600_000 }, async () => {
    const compiled = compileModel("models/golden.jm", { set: GOLDEN_CONFIG, precision: "f16" }, goldenText("paper"));
    const session = await Session.open(loadedOf(compiled), gpu);
    const taken = session.plan.kernels.map((kernel) => kernel.variants[chooseVariant(kernel, gpu)]!.backEnd);
    expect(taken.filter((backEnd) => backEnd === "sgm").length).toBeGreaterThan(4);
    session.run("init", { step: 0, seed: 0, read: [] });
    const want = golden("step-paper");
    for (const { name, role, of } of session.plan.tensors) {
      if (role !== "state") session.writeTensor(name, want.floats(role === "average" ? of! : name).data);
    }
    const inputs = { order: want.ints("input.order").data, log_mels: want.floats("input.log_mel").data };
    const outputs = await session.run("step", { step: 0, seed: 0, sizes: { M: 32 - want.facts.visible! }, inputs }).outputs();
    expect(Math.abs(outputs["loss"]![0]! / want.facts.loss! - 1)).toBeLessThan(5e-4);
    const scale = outputs["loss_scale"]![0]!;
    const length = (values: Float32Array): number => Math.hypot(...values);
    for (const net of ["encoder", "predictor"]) {
      const gradients = await session.readBuffer(`gradients.${net}`);
      for (const { name, offset } of session.plan.tensors.filter((t) => t.net === net && t.role === "weight")) {
        const expected = want.floats(`grad.${name}`).data;
        const found = new Float32Array(gradients, offset, expected.length);
        const error = length(expected.map((value, i) => found[i]! / scale - value)) / length(expected);
        expect(error, name).toBeLessThan(3e-3);
      }
    }
    session.dispose();
  });
});
