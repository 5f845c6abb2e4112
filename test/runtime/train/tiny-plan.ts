import type { Plan, ProgramPlan } from "../../../runtime/plan/schema.ts";

const program = (change: Partial<ProgramPlan>): ProgramPlan => ({ sizes: [], inputs: [], outputs: [], params: [], dispatches: [], ...change });

const audio = { kind: "audio", args: { rate: 8000, crop: "random" } } as const;

/** A plan with no kernels, enough for what stands around a session: 4 clips of 8 samples a step, two tensors, one export. */
export function tinyPlan(change: Partial<Plan> = {}): Plan {
  const limits = {
    maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28, maxStorageBuffersPerShaderStage: 8,
    maxComputeWorkgroupsPerDimension: 65535, maxComputeInvocationsPerWorkgroup: 256, maxComputeWorkgroupStorageSize: 16384,
  };
  const scalar = (name: string) => ({ name, dtype: "f32", shape: [], buffer: 0, offset: 0 }) as const;
  return {
    format: "jepac-plan", version: 1, model: "Tiny", config: { steps: 20, batch: 4, rate: 8000 }, fingerprint: "f00d", target: limits,
    sizes: [{ name: "M", min: 2, max: 5, draw: { call: "add", args: [2, { call: "floor", args: [{ call: "mul", args: [4, { random: 0 }] }] }] } }, { name: "N", min: 1, max: 3, draw: null }],
    buffers: [{ name: "weights", bytes: 1024, kind: "weights" }],
    tensors: [
      { name: "encoder.w", shape: [2, 3], buffer: 0, offset: 0, role: "weight", net: "encoder" },
      { name: "target_encoder.w", shape: [2, 3], buffer: 0, offset: 256, role: "average", of: "encoder.w", net: "target_encoder" },
      { name: "encoder.w.m", shape: [6], buffer: 0, offset: 512, role: "state", of: "encoder.w", net: "encoder" },
    ],
    constants: [], kernels: [],
    programs: {
      init: program({}),
      step: program({
        sizes: ["M"],
        inputs: [
          { name: "clip", dtype: "f32", shape: [4, 8], buffer: 0, offset: 0, source: audio },
          { name: "valid", dtype: "i32", shape: [4], buffer: 0, offset: 0, source: { kind: "valid", args: {} } },
        ],
        outputs: [scalar("loss"), scalar("target_std")],
      }),
      embed: program({
        sizes: ["N"],
        inputs: [
          { name: "clip", dtype: "f32", shape: [{ size: "N" }, 8], buffer: 0, offset: 0, source: audio },
          { name: "valid", dtype: "i32", shape: [{ size: "N" }], buffer: 0, offset: 0, source: { kind: "valid", args: {} } },
        ],
        outputs: [{ name: "result", dtype: "f32", shape: [{ size: "N" }, 4, 2], buffer: 0, offset: 0 }],
      }),
    },
    displays: [{ name: "lr", value: { call: "div", args: [1, { get: "step" }] } }],
    stats: { parameters: { encoder: 6 }, flops: 0, bytes: 0, peakBytes: 1024 },
    ...change,
  };
}
