import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { Evaluator } from "../../../compiler/graph/evaluate.ts";
import { ndarray, type NdArray } from "../../../compiler/graph/ndarray.ts";
import { loadCheckpoint, readCheckpointInfo } from "../../../runtime/checkpoint/checkpoint.ts";
import { openSafetensors } from "../../../runtime/checkpoint/safetensors-read.ts";
import { writeSafetensors } from "../../../runtime/checkpoint/safetensors-write.ts";
import { UserError } from "../../../runtime/errors.ts";
import { findBuild } from "../../../runtime/evaluate/find-build.ts";
import { exportSafetensors } from "../../../runtime/exchange/export-safetensors.ts";
import { importCheckpoint, type ImportOptions } from "../../../runtime/exchange/import-checkpoint.ts";
import { sincos2d } from "../../../runtime/exchange/positions.ts";
import { golden } from "../../goldens/read.ts";
import { writeBuild } from "../../e2e/small.ts";
import { GOLDEN_CONFIG } from "../../support/models.ts";
import { compileModel } from "../../support/session.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "jepac-exchange-"));
afterAll(() => rmSync(folder, { recursive: true }));

const compiled = compileModel("models/audio-jepa-official.jm", { set: GOLDEN_CONFIG });
const buildDir = writeBuild(join(folder, "build"), compiled);
let runs = 0;
const bring = (file: string, change: Partial<ImportOptions> = {}) => importCheckpoint({ file, buildDir, out: join(folder, `run-${runs++}`), ...change });

async function tensors(path: string): Promise<Map<string, { shape: readonly number[]; values: ArrayLike<number> }>> {
  const file = await openSafetensors(path);
  const found = new Map<string, { shape: readonly number[]; values: ArrayLike<number> }>();
  for (const [name, { shape }] of file.tensors) found.set(name, { shape, values: await file.read(name) });
  await file.close();
  return found;
}

async function failure(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(() => null, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

/** What the graph of `embed` gives for the golden clips, by the reference evaluator. */
async function embeddings(checkpoint: string): Promise<Float64Array> {
  const clips = golden("fbank");
  const values = new Map<string, NdArray>([...(await tensors(checkpoint))].map(([name, { shape, values }]) => [name, ndarray("f32", shape, values)]));
  values.set("embed.clip", ndarray("f32", [3, 8000], Float64Array.from(clips.ints("raw").data, (x) => x / 32767)));
  values.set("embed.valid", ndarray("i32", [3], clips.ints("valid").data.slice(0, 3)));
  const graph = compiled.graphs.get("embed")!;
  return new Evaluator({ values, sizes: { [graph.sizes[0]!.name]: 3 } }).value(graph.outputs[0]!.node).data;
}

describe("jepac import", () => {
  it.each([["lightning.ckpt", "lightning", 100_000], ["flash-half.pt", "flash-half", 0]] as const)("brings %s, and its embeddings are PyTorch's", async (file, name, step) => {
    const result = await bring(fixture(file));
    expect(result).toMatchObject({ model: "AudioJepaOfficial", step, tensors: 87 });
    expect(result.leftOut).toEqual([]);
    expect(await readCheckpointInfo(result.checkpoint)).toMatchObject({ step, model: "AudioJepaOfficial", fingerprint: compiled.plan.fingerprint, data: null });
    const expected = (await tensors(fixture("embeddings.safetensors"))).get(name)!.values;
    const found = await embeddings(result.checkpoint);
    expect(found).toHaveLength(expected.length);
    const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
    expect(worst).toBeLessThan(1e-5);
  });

  it("makes a run's folder that names its build, and says how to train from it", async () => {
    const out = join(folder, "imported");
    const { checkpoint } = await bring(fixture("lightning.ckpt"), { out });
    expect(await findBuild(out)).toEqual({ buildDir, checkpoint: out, seed: 0 });
    const unused = { writeTensor: () => undefined };
    const error = await failure(loadCheckpoint(checkpoint, compiled.plan, unused));
    expect(error.message).toContain("optimizer.m.encoder.patch_embed.proj.weight: expected [24, 1, 4, 4], not in the file");
    expect(error.hint).toContain("start a new run from it with --from");
    expect(await loadCheckpoint(checkpoint, compiled.plan, unused, "held")).toMatchObject({ step: 100_000 });
  });

  it("refuses to write over a run", async () => {
    const { checkpoint } = await bring(fixture("lightning.ckpt"), { out: join(folder, "taken") });
    expect(existsSync(checkpoint)).toBe(true);
    expect((await failure(bring(fixture("lightning.ckpt"), { out: join(folder, "taken") })))).toMatchObject({ code: "JR520", hint: "Choose another --out." });
  });

  it("lists what is missing, too much or of another shape, and says how to build", async () => {
    const other = compileModel("models/audio-jepa-official.jm", { set: { ...GOLDEN_CONFIG, depth: "1", width: "8" } });
    const error = await failure(bring(fixture("lightning.ckpt"), { buildDir: writeBuild(join(folder, "other"), other) }));
    expect(`${error.message}\n${error.hint}`.replace(/'[^']*lightning/, "'lightning")).toMatchInlineSnapshot(`
      "'lightning.ckpt' does not fit the model 'AudioJepaOfficial' as built:
        predictor.mask_token: expected [1, 1, 8], found [1, 1, 16]
        predictor.predictor_embed.weight: expected [8, 24], found [16, 24]
        predictor.predictor_embed.bias: expected [8], found [16]
        predictor.predictor_blocks.0.norm1.weight: expected [8], found [16]
        predictor.predictor_blocks.0.norm1.bias: expected [8], found [16]
        predictor.predictor_blocks.0.attn.qkv.weight: expected [24, 8], found [48, 16]
        predictor.predictor_blocks.0.attn.qkv.bias: expected [24], found [48]
        predictor.predictor_blocks.0.attn.proj.weight: expected [8, 8], found [16, 16]
        and 47 more
      The file looks like depth=2, width=16: build the model with --set depth=2 --set width=16."
    `);
    expect(error.code).toBe("JR805");
    const bare = await failure(bring(fixture("kinds-2.pt")));
    expect(bare.message).toContain("encoder.patch_embed.proj.weight: expected [24, 1, 4, 4], not in the file");
    expect(bare.hint).toBe("Its tensors are called f64, f16, bf16, i64, i32 and so on.");
  });

  it("notices positions that are not the fixed ones, and another number of them", async () => {
    const { checkpoint } = await bring(fixture("lightning.ckpt"));
    const exported = join(folder, "tables.safetensors");
    await exportSafetensors({ checkpoint, out: exported });
    const content = await tensors(exported);
    const rewrite = async (name: string, shape: readonly number[], values: Float32Array): Promise<string> => {
      const all = new Map(content).set(name, { shape, values });
      const out = join(folder, "rewritten.safetensors");
      await writeSafetensors(out, { tensors: [...all].map(([name, { shape }]) => ({ name, shape, dtype: "F32" })), metadata: {}, values: ({ name }) => Float32Array.from(all.get(name)!.values) });
      return out;
    };
    const moved = await rewrite("encoder.pos_embed", [1, 32, 24], sincos2d(4, 8, 24));
    expect((await failure(bring(moved))).message).toMatch(/encoder\.pos_embed: differs by up to [12]\.\d from the fixed positions that the model computes/);
    expect(await bring(await rewrite("criterion.scale", [1], Float32Array.of(3)))).toMatchObject({ tensors: 87, leftOut: ["criterion.scale"] });
    const more = await failure(bring(await rewrite("encoder.blocks.2.norm1.weight", [24], new Float32Array(24))));
    expect(more.message).toContain("encoder.blocks.2.norm1.weight: [24] in the file, not in the model");
    expect(more.hint).toContain("--set depth=3");
    const longer = await failure(bring(await rewrite("encoder.pos_embed", [1, 48, 24], sincos2d(12, 4, 24))));
    expect(longer.message).toContain("encoder.pos_embed: expected [1, 32, 24], found [1, 48, 24]");
    expect(longer.hint).toContain("it has 48 tokens, which is frames / patch times mels / patch");
  });
});

describe("jepac export --safetensors", () => {
  it("writes the authors' names and tables, and what comes back from it is the same", async () => {
    const { checkpoint } = await bring(fixture("lightning.ckpt"));
    for (const spelling of ["qkv", "Wqkv"] as const) {
      const out = join(folder, `${spelling}.safetensors`);
      expect(await exportSafetensors({ checkpoint, out, spelling })).toMatchObject({ tensors: 90, step: 100_000, model: "AudioJepaOfficial" });
      const names = [...(await tensors(out)).keys()];
      expect(names).toContain(spelling === "qkv" ? "encoder.blocks.1.attn.qkv.bias" : "encoder.blocks.1.attn.Wqkv.bias");
      expect(names).toContain(spelling === "qkv" ? "predictor.predictor_blocks.0.attn.proj.weight" : "predictor.predictor_blocks.0.attn.out_proj.weight");
      const back = await bring(out);
      expect(readFileSync(back.checkpoint)).toEqual(readFileSync(checkpoint));
    }
  });

  it("writes the position tables of the reference", async () => {
    const { checkpoint } = await bring(fixture("lightning.ckpt"));
    const out = join(folder, "positions.safetensors");
    await exportSafetensors({ checkpoint, out });
    const found = await tensors(out);
    for (const name of ["encoder.pos_embed", "predictor.predictor_pos_embed"]) {
      const { shape, data } = golden("positions").floats(name);
      expect(found.get(name)!.shape).toEqual(shape);
      data.forEach((value, i) => expect(Math.abs(found.get(name)!.values[i]! - value)).toBeLessThan(1e-6));
    }
  });

  it("names what it cannot read", async () => {
    expect((await failure(exportSafetensors({ checkpoint: join(folder, "absent"), out: join(folder, "x") }))).code).toBe("JR503");
    cpSync(fixture("embeddings.safetensors"), join(folder, "other.safetensors"));
    expect((await failure(exportSafetensors({ checkpoint: join(folder, "other.safetensors"), out: join(folder, "x") }))).code).toBe("JR512");
    writeFileSync(join(folder, "torn.safetensors"), "torn");
    expect((await failure(exportSafetensors({ checkpoint: join(folder, "torn.safetensors"), out: join(folder, "x") }))).code).toBe("JR510");
  });
});
