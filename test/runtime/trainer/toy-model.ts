import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeWav } from "../../../runtime/data/formats/wav-write.ts";
import { uniformAt } from "../../../runtime/plan/random.ts";
import type { HostExpr } from "../../../runtime/plan/host-expr.ts";
import type { BindingPlan, KernelPlan, Plan, ProgramPlan } from "../../../runtime/plan/schema.ts";
import { BASE_LIMITS } from "../plan/small-plan.ts";

/** Samples of a window at 8 kHz, and clips a step. */
const SAMPLES = 800;
const BATCH = 4;

/** A clip's feature j is its mean magnitude in the j-th eighth; w learns the mean of the first M, with momentum m. */
const WGSL = {
  "init.wgsl": `
    struct P { key: u32 }
    @group(0) @binding(0) var<uniform> p: P;
    @group(0) @binding(1) var<storage, read_write> w: array<f32>;
    @group(0) @binding(2) var<storage, read_write> m: array<f32>;
    @group(0) @binding(3) var<storage, read_write> average: array<f32>;
    @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) j: u32) {
      w[j] = f32((p.key >> j) % 1024u) / 1024.0;
      m[j] = 0.0;
      average[j] = w[j];
    }`,
  "step.wgsl": `
    struct P { M: u32, lr: f32 }
    @group(0) @binding(0) var<uniform> p: P;
    @group(0) @binding(1) var<storage, read_write> w: array<f32>;
    @group(0) @binding(2) var<storage, read_write> m: array<f32>;
    @group(0) @binding(3) var<storage, read_write> average: array<f32>;
    @group(0) @binding(4) var<storage, read_write> clip: array<f32>;
    @group(0) @binding(5) var<storage, read_write> metrics: array<f32>;
    @compute @workgroup_size(1) fn main() {
      var loss = 0.0;
      for (var j = 0u; j < p.M; j++) {
        var g = 0.0;
        for (var b = 0u; b < ${BATCH}u; b++) {
          var f = 0.0;
          for (var i = 0u; i < ${SAMPLES / 8}u; i++) { f += abs(clip[b * ${SAMPLES}u + j * ${SAMPLES / 8}u + i]) / ${SAMPLES / 8}.0; }
          g += (w[j] - f) / ${BATCH}.0;
          loss += (w[j] - f) * (w[j] - f);
        }
        m[j] = 0.9 * m[j] + g;
        w[j] -= p.lr * m[j];
        average[j] = 0.9 * average[j] + 0.1 * w[j];
      }
      metrics[0] = loss;
      metrics[64] = w[0];
    }`,
  "embed.wgsl": `
    @group(0) @binding(0) var<storage, read_write> average: array<f32>;
    @group(0) @binding(1) var<storage, read_write> clip: array<f32>;
    @group(0) @binding(2) var<storage, read_write> result: array<f32>;
    @compute @workgroup_size(1) fn main(@builtin(workgroup_id) row: vec3u) {
      for (var j = 0u; j < 8u; j++) {
        var f = 0.0;
        for (var i = 0u; i < ${SAMPLES / 8}u; i++) { f += abs(clip[row.x * ${SAMPLES}u + j * ${SAMPLES / 8}u + i]); }
        result[row.x * 8u + j] = f * average[j];
      }
    }`,
} as const;

const binding = (buffer: number, offset: number, size: number): BindingPlan => ({ buffer, offset, size });
const weights = [binding(0, 0, 32), binding(0, 256, 32), binding(0, 512, 32)];
const clip = binding(1, 0, BATCH * SAMPLES * 4);

export interface ToyOptions {
  /** The learning rate as a host expression of the step. */
  readonly lr?: HostExpr;
}

function toyPlan({ lr = 0.05 }: ToyOptions): Plan {
  const kernel = (name: keyof typeof WGSL, bindings: number, params: boolean): KernelPlan => ({ name, bindings, params, variants: [{ file: name, requires: [] }] });
  const program = (change: Partial<ProgramPlan>): ProgramPlan => ({ sizes: [], inputs: [], outputs: [], params: [], dispatches: [], ...change });
  const audio = { kind: "audio", args: { rate: 8000 } } as const;
  const m: HostExpr = { call: "add", args: [2, { call: "floor", args: [{ call: "mul", args: [7, { random: 0 }] }] }] };
  return {
    format: "jepac-plan", version: 1, model: "Toy", config: { batch: BATCH, steps: 12 }, fingerprint: "toy", target: BASE_LIMITS,
    sizes: [{ name: "M", min: 2, max: 8, draw: m }, { name: "N", min: 1, max: 3, draw: null }],
    buffers: [
      { name: "weights", bytes: 768, kind: "weights" },
      { name: "arena", bytes: BATCH * SAMPLES * 4, kind: "arena" },
      { name: "results", bytes: 512, kind: "arena" },
    ],
    tensors: [
      { name: "encoder.w", shape: [8], buffer: 0, offset: 0, role: "weight", net: "encoder" },
      { name: "encoder.w.m", shape: [8], buffer: 0, offset: 256, role: "state", of: "encoder.w", net: "encoder" },
      { name: "target_encoder.w", shape: [8], buffer: 0, offset: 512, role: "average", of: "encoder.w", net: "target_encoder" },
    ],
    constants: [],
    kernels: [kernel("init.wgsl", 3, true), kernel("step.wgsl", 5, true), kernel("embed.wgsl", 3, false)],
    programs: {
      init: program({ params: [[{ type: "u32", value: { key: 1 } }]], dispatches: [{ kernel: 0, params: 0, workgroups: [[1, 1, 1]], bindings: weights }] }),
      step: program({
        sizes: ["M"],
        inputs: [{ name: "clip", dtype: "f32", shape: [BATCH, SAMPLES], buffer: 1, offset: 0, source: audio }],
        outputs: [
          { name: "loss", dtype: "f32", shape: [], buffer: 2, offset: 0 },
          { name: "w0", dtype: "f32", shape: [], buffer: 2, offset: 256 },
        ],
        params: [[{ type: "u32", value: { size: "M" } }, { type: "f32", value: lr }]],
        dispatches: [{ kernel: 1, params: 0, workgroups: [[1, 1, 1]], bindings: [...weights, clip, binding(2, 0, 512)] }],
      }),
      embed: program({
        sizes: ["N"],
        inputs: [{ name: "clip", dtype: "f32", shape: [{ size: "N" }, SAMPLES], buffer: 1, offset: 0 }],
        outputs: [{ name: "result", dtype: "f32", shape: [{ size: "N" }, 4, 2], buffer: 2, offset: 0 }],
        dispatches: [{ kernel: 2, params: -1, workgroups: [[{ size: "N" }, 1, 1]], bindings: [binding(0, 512, 32), clip, binding(2, 0, 512)] }],
      }),
    },
    displays: [{ name: "lr", value: lr }],
    stats: { parameters: { encoder: 8 }, flops: 0, bytes: 0, peakBytes: 2048 },
  };
}

/**
 * A folder with `build/` (plan, WGSL, a `trainer.js` as jepac emits it, on the compiled runtime) and `clips/`: 8 loud
 * and 8 soft clips in folders of that name, and a broken file.
 */
export function makeToy(options: ToyOptions = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "toy-"));
  for (const name of ["build", "clips/loud", "clips/soft"]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "build/plan.json"), JSON.stringify(toyPlan(options)));
  for (const [name, text] of Object.entries(WGSL)) writeFileSync(join(folder, "build", name), text);
  writeFileSync(join(folder, "build/trainer.js"), `import { trainerMain } from ${JSON.stringify(compiledRuntime("trainer/trainer.js"))};\nprocess.exitCode = await trainerMain(new URL(".", import.meta.url), process.argv.slice(2));\n`);
  writeFileSync(join(folder, "build/package.json"), '{"type":"module"}');
  for (let i = 0; i < 8; i++) {
    for (const [label, gain] of [["loud", 0.8], ["soft", 0.1]] as const) {
      // Loud clips begin loud, soft ones end loud: told apart by shape, whatever the length of the vector.
      const samples = Float32Array.from({ length: 400 + 150 * i }, (_, t) => (label === "loud" ? Math.exp(-t / 300) : 1 - Math.exp(-t / 300)) * gain * (2 * uniformAt(i + 1, t) - 1));
      writeFileSync(join(folder, "clips", label, `${i}.wav`), encodeWav(samples, 8000));
    }
  }
  writeFileSync(join(folder, "clips/loud/broken.wav"), "RIFF");
  return folder;
}

export const trainerPath = (folder: string): string => join(folder, "build/trainer.js");
/** The URL of a file of the compiled runtime. */
export const compiledRuntime = (file: string): string => new URL(`../../../runtime/dist/${file}`, import.meta.url).href;
