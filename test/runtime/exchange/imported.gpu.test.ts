import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { writeOnnx } from "../../../cli/commands/export-onnx.ts";
import { ndarray } from "../../../compiler/graph/ndarray.ts";
import { openSafetensors } from "../../../runtime/checkpoint/safetensors-read.ts";
import { encodeWav } from "../../../runtime/data/formats/wav-write.ts";
import { embedClips } from "../../../runtime/evaluate/embed-clips.ts";
import { importCheckpoint } from "../../../runtime/exchange/import-checkpoint.ts";
import { runOnnx } from "../../compiler/onnx/run.ts";
import { writeBuild } from "../../e2e/small.ts";
import { golden } from "../../goldens/read.ts";
import { GOLDEN_CONFIG } from "../../support/models.ts";
import { compileModel } from "../../support/session.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "jepac-imported-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The values of a `.npy` of f32. */
function npy(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(new Uint8Array(bytes.subarray(10 + bytes.readUInt16LE(8))).buffer);
}

function worst(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found).toHaveLength(expected.length);
  let most = 0;
  for (let i = 0; i < expected.length; i++) most = Math.max(most, Math.abs(found[i]! - expected[i]!));
  return most;
}

it("an imported checkpoint embeds on the device, and its ONNX in onnxruntime, what PyTorch computes", { timeout: 300_000 }, async () => {
  const buildDir = writeBuild(join(folder, "build"), compileModel("models/audio-jepa-official.jm", { set: GOLDEN_CONFIG, target: "software" }));
  const run = join(folder, "run");
  const { checkpoint } = await importCheckpoint({ file: fixture("lightning.ckpt"), buildDir, out: run });
  const file = await openSafetensors(fixture("embeddings.safetensors"));
  const expected = await file.read("lightning");
  await file.close();

  const clips = golden("fbank");
  const valid = clips.ints("valid").data.slice(0, 3);
  const raw = Float64Array.from(clips.ints("raw").data, (sample) => sample / 32768);
  mkdirSync(join(folder, "clips"));
  for (const [i, length] of valid.entries()) writeFileSync(join(folder, "clips", `${i}.wav`), encodeWav(Float32Array.from(raw.subarray(i * 8000, i * 8000 + length)), 8000));
  const embedded = await embedClips({ buildDir, checkpoint, data: join(folder, "clips"), out: join(folder, "e.npy"), pool: "tokens" });
  expect(embedded.shape).toEqual([3, 32, 24]);
  expect(worst(npy(embedded.npy), expected)).toBeLessThan(1e-4);

  const out = join(folder, "encoder.onnx");
  expect(await writeOnnx({ checkpoint: run, program: "embed", out })).toMatchObject({ model: "AudioJepaOfficial", step: 100_000, weights: 28 });
  const { data } = (await runOnnx([readFileSync(out)], new Map([["clip", ndarray("f32", [3, 8000], raw)], ["valid", ndarray("i32", [3], valid)]]))).get("result")!;
  expect(worst(data, expected)).toBeLessThan(1e-4);
  expect(worst(data, npy(embedded.npy))).toBeLessThan(1e-4);
});
