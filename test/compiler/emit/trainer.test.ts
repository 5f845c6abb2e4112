import { expect, test } from "vitest";
import { compileModel } from "../../support/session.ts";

const TEXT = `
import { Linear } from "std/layers"
import { SGD } from "std/optimizers"

/// Learns the identity.
model Echo {
  config batch = 4
  config rate = 0.5
  input x: f32[batch, 8]
  net guess = Linear(8, 8)
  train {
    let off = guess(x) - x
    minimize mean(square(off))
    report worst = max(abs(off))
  }
  optimize guess with SGD(lr: rate)
  /// What it says of x.
  export fn say(x: f32[N, 8]) -> f32[N, 8] = guess(x)
}`;

test("the trainer's types name this model's config, inputs, metrics, exports and tensors", () => {
  const { files } = compileModel("models/echo.jm", {}, TEXT);
  expect(files.get("trainer.ts")).toMatchInlineSnapshot(`
    "// Written by jepac from models/echo.jm; do not edit. Run it: node trainer.js --data <clips> --out <run>
    import type * as Runtime from "@jepac/runtime";

    const runtime = await import("@jepac/runtime").catch((error): typeof Runtime => {
      if (error.code !== "ERR_MODULE_NOT_FOUND" || !error.message.includes("'@jepac/runtime'")) throw error;
      console.error("error[JR001]: the package @jepac/runtime is not installed here\\nhint: \`npm install @jepac/runtime\` in this folder or one above it; or \`jepac train\` with this folder");
      process.exit(1);
    });

    export interface EchoConfig {
      readonly batch: number;
      readonly rate: number;
    }

    /** The inputs of one training step. */
    export interface EchoInputs {
      /** f32[4, 8], row-major */
      readonly x: Float32Array;
    }

    /** What one training step reports. */
    export interface EchoMetrics {
      readonly loss: number;
      readonly worst: number;
    }

    /** The inputs of \`say\`: What it says of x. */
    export interface SayInputs {
      /** f32[N, 8], row-major */
      readonly x: Float32Array;
    }

    /** Everything typed about this model. */
    export interface EchoTypes {
      readonly config: EchoConfig;
      readonly inputs: EchoInputs;
      readonly metrics: EchoMetrics;
      readonly exports: { readonly say: SayInputs };
      readonly tensors: TensorName;
    }

    /** The nets of the model. */
    export type NetName = "guess";
    /** Every tensor a checkpoint holds. */
    export type TensorName = "guess.weight" | "guess.bias" | "optimizer.m.guess.weight" | "optimizer.m.guess.bias";

    /** The config values this build was made with. */
    export const config: EchoConfig = {
      "batch": 4,
      "rate": 0.5
    };

    /** Opens the model on the best device there is, for single steps, exports and weights. */
    export async function open(options: Runtime.OpenOptions = {}): Promise<Runtime.Model<EchoTypes>> {
      return runtime.Model.open<EchoTypes>(new URL(".", import.meta.url), options);
    }
    if (runtime.isMain(import.meta.url)) process.exitCode = await runtime.trainerMain(new URL(".", import.meta.url), process.argv.slice(2));
    "
  `);
  expect(files.get("trainer.js")).toContain("trainerMain");
});

test("the plan says what the build is, and nothing else", () => {
  const { plan } = compileModel("models/echo.jm", { set: { batch: "2" } }, TEXT);
  expect(plan.config).toEqual({ batch: 2, rate: 0.5 });
  expect(plan.stats.parameters).toEqual({ guess: 72 });
  expect(Object.keys(plan.programs)).toEqual(["init", "step", "say"]);
  expect(plan.programs["step"]!.outputs.map((o) => o.name)).toEqual(["loss", "worst"]);
  expect(plan.programs["say"]!.inputs.map((i) => [i.name, i.shape])).toEqual([["x", [{ size: "N" }, 8]]]);
  expect(plan.tensors.map((t) => t.name)).toEqual(["guess.weight", "guess.bias", "optimizer.m.guess.weight", "optimizer.m.guess.bias"]);
  expect(plan.sizes).toEqual([{ name: "N", min: 1, max: 2, draw: null }]);
});

test("a state that does not start at 0 is filled by init", () => {
  const text = TEXT.replace(
    "model Echo",
    `optimizer Slow(lr: real) {\n  state age = 2.5\n  update w by g {\n    age = age + 1\n    w = w - lr * g / age\n  }\n}\n\n/// Learns the identity.\nmodel Echo`,
  ).replace("with SGD", "with Slow");
  const { graphs } = compileModel("models/echo.jm", {}, text);
  const filled = graphs.get("init")!.outputs.filter((o) => o.name.startsWith("value:optimizer."));
  expect(filled.map((o) => o.name)).toEqual(["value:optimizer.age.guess.weight", "value:optimizer.age.guess.bias"]);
});
