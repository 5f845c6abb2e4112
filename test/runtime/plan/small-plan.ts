import type { Limits, Plan } from "../../../runtime/plan/index.ts";

/** What every WebGPU adapter offers. */
export const BASE_LIMITS: Limits = {
  maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28, maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupsPerDimension: 65535, maxComputeInvocationsPerWorkgroup: 256, maxComputeWorkgroupStorageSize: 16384,
};

export const SMALL_WGSL = {
  // w[i] += rate * x[i] for i < n
  "accumulate.wgsl": `
    struct P { n: u32, rate: f32 }
    @group(0) @binding(0) var<uniform> p: P;
    @group(0) @binding(1) var<storage, read_write> w: array<f32>;
    @group(0) @binding(2) var<storage, read_write> x: array<f32>;
    override WG: u32 = 1;
    @compute @workgroup_size(WG) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x < p.n) { w[id.x] += p.rate * x[id.x]; }
    }`,
  // total = sum of w[i] * table[i], count += 1
  "total.wgsl": `
    @group(0) @binding(0) var<storage, read_write> w: array<f32>;
    @group(0) @binding(1) var<storage, read_write> table: array<f32>;
    @group(0) @binding(2) var<storage, read_write> total: array<f32>;
    @group(0) @binding(3) var<storage, read_write> count: array<i32>;
    @compute @workgroup_size(1) fn main() {
      var sum = 0.0;
      for (var i = 0u; i < 8u; i++) { sum += w[i] * table[i]; }
      total[0] = sum;
      count[0] += 1;
    }`,
} as const;

export const SMALL_TABLE = [1, 2, 3, 4, 5, 6, 7, 8];

/** Eight weights; `step` adds rate(step) * x to the first n of them, n drawn as 1 + step mod 8. */
export function smallPlan(): Plan {
  return {
    format: "jepac-plan", version: 1, model: "small", config: { batch: 4, name: "small", fast: true }, fingerprint: "abc",
    target: BASE_LIMITS,
    sizes: [
      { name: "n", min: 1, max: 8, draw: { call: "add", args: [1, { call: "mod", args: [{ get: "step" }, 8] }] } },
      { name: "m", min: 0, max: 8, draw: null },
    ],
    buffers: [
      { name: "weights", bytes: 512, kind: "weights" },
      { name: "arena", bytes: 1024, kind: "arena" },
      { name: "constants", bytes: 256, kind: "constants" },
    ],
    tensors: [
      { name: "net.w", shape: [2, 4], buffer: 0, offset: 0, role: "weight", net: "net" },
      { name: "net.w.average", shape: [2, 4], buffer: 0, offset: 256, role: "average", of: "net.w", net: "net" },
    ],
    constants: [{ buffer: 2, offset: 0, bytes: 32, fileOffset: 4 }],
    kernels: [
      { name: "accumulate", source: "small.jm:3", bindings: 2, params: true, variants: [{ file: "accumulate.wgsl", requires: [], rowLanes: true }] },
      { name: "total", bindings: 4, params: false, variants: [
        { file: "total.wgsl", requires: ["subgroups"], subgroupSize: 3, adapter: "hardware", backEnd: "sgm", matrix: { m: 16, n: 8, k: 16 }, workgroupBytes: 4096 },
        { file: "total.wgsl", requires: [] },
      ] },
      { name: "same-text", bindings: 2, params: true, variants: [{ file: "accumulate.wgsl", requires: [], rowLanes: true }] },
    ],
    programs: {
      step: {
        doc: "one step", sizes: ["n"],
        inputs: [{ name: "x", dtype: "f32", shape: [{ size: "n" }], buffer: 1, offset: 0, source: { kind: "noise", args: { scale: 1 } } }],
        outputs: [
          { name: "total", dtype: "f32", shape: [], buffer: 1, offset: 256 },
          { name: "count", dtype: "i32", shape: [1], buffer: 1, offset: 512 },
          { name: "used", dtype: "f32", shape: [{ size: "n" }], buffer: 1, offset: 0 },
        ],
        params: [[{ type: "u32", value: { size: "n" } }, { type: "f32", value: { call: "div", args: [1, { call: "add", args: [1, { get: "step" }] }] } }]],
        dispatches: [
          { kernel: 0, params: 0, workgroups: [[1, 1, 1]], bindings: [{ buffer: 0, offset: 0, size: 32 }, { buffer: 1, offset: 0, size: 32 }] },
          { kernel: 1, params: -1, workgroups: [[1, 1, 1], [1, 1, 1]], bindings: [
            { buffer: 0, offset: 0, size: 32 }, { buffer: 2, offset: 0, size: 32 },
            { buffer: 1, offset: 256, size: 4 }, { buffer: 1, offset: 512, size: 4 },
          ] },
        ],
      },
      // Adds 2 x to the averages, m workgroups of them: none at all when m is 0.
      average: {
        sizes: ["m"],
        inputs: [{ name: "x", dtype: "f32", shape: [8], buffer: 1, offset: 0 }],
        outputs: [],
        params: [[{ type: "u32", value: 8 }, { type: "f32", value: 2 }]],
        dispatches: [{ kernel: 2, params: 0, workgroups: [[{ size: "m" }, 1, 1]], bindings: [{ buffer: 0, offset: 256, size: 32 }, { buffer: 1, offset: 0, size: 32 }] }],
      },
    },
    displays: [{ name: "rate", value: { call: "select", args: [{ call: "lt", args: [{ get: "step" }, 3] }, { random: 0 }, { key: 1 }] } }],
    stats: { parameters: { net: 8 }, flops: 32, bytes: 96, peakBytes: 1792 },
  };
}

/** The constants file: one unused word, then the table. */
export function smallConstants(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Float32Array([-1, ...SMALL_TABLE]).buffer);
}
