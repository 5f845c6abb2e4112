import type { BufferPlan, KernelPlan, Limits, PhasesPlan, Plan, PlanStats, Precision, ProgramPlan } from "@jepac/runtime/plan";
import type { ClipAxis } from "../batch/clip-axis.ts";
import type { BatchSplit } from "../batch/split.ts";
import type { ElaboratedModel } from "../elaborate/model.ts";
import { count } from "../graph/ndarray.ts";
import { ARENA, CONSTANTS, type Storage } from "../layout/storage.ts";
import type { ModelProgram } from "../programs.ts";
import { slabBytes } from "../schedule/arena.ts";
import type { KernelLibrary } from "../schedule/library.ts";
import type { Lowered } from "../schedule/types.ts";
import { sourceLine } from "../syntax/source.ts";
import { digest } from "./digest.ts";

/** A program with what it was lowered to. */
export interface LoweredProgram {
  readonly program: ModelProgram;
  readonly lowered: Lowered;
  /** Of the training step. */
  readonly phases?: PhasesPlan;
}

/** A build folder: file names and what is in them. */
export type BuildFiles = Map<string, string | Uint8Array>;

/** Puts the plan together, and the WGSL and constants files it names. */
export function assemblePlan(
  { model, axis }: Pick<BatchSplit, "model" | "axis">,
  storage: Storage,
  programs: readonly LoweredProgram[],
  library: KernelLibrary,
  { limits, precision }: { readonly limits: Limits; readonly precision: Precision },
): { plan: Plan; files: BuildFiles } {
  const files: BuildFiles = new Map();
  const arenas = cutArena(Math.max(256, ...programs.map((p) => p.lowered.arenaBytes)), slabBytes(limits));
  const [firstArena, ...moreArenas] = arenas;
  if (firstArena === undefined) throw new Error("an arena has at least one buffer");
  const buffers: BufferPlan[] = [
    firstArena,
    { name: "constants", kind: "constants", bytes: Math.max(256, library.tableBytes) },
    ...storage.buffers,
    ...moreArenas,
  ];
  const place = placer(slabBytes(limits), 2 + storage.buffers.length);
  const kernels = library.kernels.map((kernel, number): KernelPlan => {
    return {
      name: kernel.name,
      ...(kernel.span === undefined ? {} : { source: sourceLine(kernel.span) }),
      bindings: kernel.bindings,
      params: kernel.params,
      variants: kernel.variants.map(({ text, ...variant }, i) => {
        const file = `kernels/${String(number).padStart(3, "0")}-${kernel.name}${i === 0 ? "" : `-${i}`}.wgsl`;
        files.set(file, text);
        return { ...variant, file };
      }),
    };
  });
  let fileOffset = 0;
  const constants = library.tables.map(({ byteOffset, bytes }) => {
    const entry = { buffer: CONSTANTS, offset: byteOffset, bytes: bytes.length, fileOffset };
    fileOffset += bytes.length;
    return entry;
  });
  files.set("constants.bin", concatBytes(library.tables.map((t) => t.bytes)));

  const step = programs.find((p) => p.program.name === "step")?.lowered.stats;
  const stats: PlanStats = {
    parameters: parametersOf(model),
    flops: step?.flops ?? 0,
    bytes: step?.bytes ?? 0,
    peakBytes: buffers.reduce((sum, buffer) => sum + buffer.bytes, 0),
  };
  const dispatches = programs.flatMap((p) => p.lowered.dispatches);
  const plan: Plan = {
    format: "jepac-plan",
    version: 1,
    model: model.name,
    config: model.config,
    // Weights are the same in all precisions: what belongs to no net is not the model's.
    fingerprint: digest(JSON.stringify(storage.tensors.filter((t) => t.net !== "").map((t) => [t.name, t.shape, t.role]))),
    ...(precision === "f32" ? {} : { precision }),
    target: {
      ...limits,
      maxStorageBufferBindingSize: Math.max(256, ...dispatches.flatMap((d) => d.bindings.map((b) => b.size))),
      maxBufferSize: Math.max(...buffers.map((b) => b.bytes)),
      maxStorageBuffersPerShaderStage: Math.max(1, ...kernels.map((k) => k.bindings)),
    },
    sizes: [...model.bounds.values()].flatMap(({ name, min, max }) => {
      const used = programs.some((p) => p.lowered.sizes.includes(name));
      return used ? [{ name, min, max, draw: model.drawn.find((d) => d.name === name)?.draw ?? null }] : [];
    }),
    buffers,
    tensors: storage.tensors,
    constants,
    kernels,
    programs: Object.fromEntries(programs.map((p) => [p.program.name, programPlan(p, { storage, place, axis })])),
    displays: [...model.optimizers, ...model.averages].flatMap(({ rule }) => rule.displays),
    stats,
  };
  files.set("plan.json", `${JSON.stringify(plan)}\n`);
  return { plan, files };
}

/** The arena as buffers of at most `slab` bytes. */
function cutArena(bytes: number, slab: number): BufferPlan[] {
  return Array.from({ length: Math.ceil(bytes / slab) }, (_, i) => ({
    name: i === 0 ? "arena" : `arena.${i}`,
    kind: "arena" as const,
    bytes: Math.min(slab, bytes - i * slab),
  }));
}

type Placer = <T extends { readonly buffer: number; readonly offset: number }>(at: T) => T;

/** From an offset in the whole arena to one in the buffer that holds it. */
function placer(slab: number, firstMore: number): Placer {
  return (at) => {
    const part = at.buffer === ARENA ? Math.floor(at.offset / slab) : 0;
    return part === 0 ? at : { ...at, buffer: firstMore + part - 1, offset: at.offset - part * slab };
  };
}

function programPlan({ program, lowered, phases }: LoweredProgram, { storage, place, axis }: { storage: Storage; place: Placer; axis: ClipAxis }): ProgramPlan {
  return {
    ...(program.doc === undefined ? {} : { doc: program.doc }),
    sizes: lowered.sizes,
    inputs: lowered.inputs.map((port) => {
      const name = port.name.slice(program.inputPrefix.length);
      const source = program.inputs.find((input) => input.name === name)?.source;
      const perClip = phases !== undefined && axis.inputs.has(name);
      return { ...place(port), name, ...(source === undefined ? {} : { source }), ...(perClip ? { perClip } : {}) };
    }),
    // What goes into stored tensors does not leave the program.
    outputs: lowered.outputs.filter((port) => !storage.outputs.has(port.name)).map(place),
    params: lowered.params,
    dispatches: lowered.dispatches.map((d) => ({ ...d, bindings: d.bindings.map(place) })),
    ...(phases === undefined ? {} : { phases }),
  };
}

/** Trainable parameters of each net, averages left out: they are copies. */
function parametersOf(model: ElaboratedModel): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { net, shape, of } of model.weights) if (of === undefined) counts[net] = (counts[net] ?? 0) + count(shape);
  return counts;
}

function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

