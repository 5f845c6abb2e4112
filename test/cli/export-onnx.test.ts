import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { encodeWav } from "../../runtime/data/formats/wav-write.ts";
import { importCheckpoint } from "../../runtime/exchange/import-checkpoint.ts";
import { writeBuild } from "../e2e/small.ts";
import { GOLDEN_CONFIG } from "../support/models.ts";
import { compileModel } from "../support/session.ts";
import { jepac, root, script } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "jepac-onnx-"));
afterAll(() => rmSync(folder, { recursive: true }));

const text = readFileSync(join(root, "models/audio-jepa-official.jm"), "utf8").replace(
  "  train {",
  "  export fn noisy(clip: f32[N, samples]) -> f32[N, samples] = clip + uniform([N, samples])\n\n  train {",
);
const build = writeBuild(join(folder, "build"), compileModel("mine.jm", { set: GOLDEN_CONFIG }, text));
const run = join(folder, "run");
await importCheckpoint({ file: join(root, "test/runtime/exchange/fixtures/lightning.ckpt"), buildDir: build, out: run });

describe("jepac export --onnx", () => {
  const out = join(folder, "encoder.onnx");

  it("compiles the build's own texts with the run's config", async () => {
    const ended = await jepac(["export", run, "--onnx", out, "--safetensors", join(folder, "w.safetensors")]);
    expect(ended).toMatchObject({ code: 0, err: "" });
    expect(ended.out).toMatch(/w\.safetensors: 90 tensors of AudioJepaOfficial, after 100000 steps\n.*encoder\.onnx: embed of AudioJepaOfficial, after 100000 steps, 28 weights, \d+ KiB\n$/);
    expect(readFileSync(out).toString("latin1")).toContain("target_encoder.blocks.1.mlp.fc2.weight");
  });

  it("is run by examples/embed-onnx.mjs", async () => {
    const tone = (hertz: number): string => {
      const file = join(folder, `${hertz}.wav`);
      writeFileSync(file, encodeWav(Float32Array.from({ length: 8000 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / 8000)), 8000));
      return file;
    };
    const ended = await script(join(root, "examples/embed-onnx.mjs"), [out, tone(440), tone(3000)]);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.out).toMatch(/^2 clips of at most 8000 samples: 32 tokens of 24 numbers each[^\n]*\n440\.wav +1\.000 {2}-?[01]\.\d{3}\n3000\.wav +-?[01]\.\d{3} {2}1\.000\n$/);
  });

  it("says what is wrong", { timeout: 180_000 }, async () => {
    const failed = async (...args: string[]): Promise<string> => {
      const ended = await jepac(["export", run, "--onnx", join(folder, "x.onnx"), ...args]);
      expect(ended).toMatchObject({ code: 1, out: "" });
      return ended.err;
    };
    expect(await failed("--program", "embd")).toContain("error[JC041]: there is no exported function embd\nhint: the model exports noisy, embed");
    expect(await failed("--program", "noisy")).toMatch(/^error\[JC053\]: 'noisy' cannot be written as ONNX: it draws random numbers \(mine\.jm:\d+\)\n/);
    expect(await failed("--model", "test/e2e/small-jepa.jm")).toMatch(/^error\[JM05\d\d\]/);
    expect(await failed("--build", folder)).toMatch(/^error\[JR630\]/);
    writeFileSync(join(build, "source.json"), "{}");
    expect(await failed()).toMatch(/^error\[JC051\]: .*source\.json cannot be read\n/);
  });
});
