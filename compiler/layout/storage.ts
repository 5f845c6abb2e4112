import type { BufferPlan, Precision, TensorPlan } from "@jepac/runtime/plan";
import type { ElaboratedModel } from "../elaborate/model.ts";
import { gradientOf, stateOf, valueOf } from "../programs.ts";
import type { Place } from "../schedule/tensor.ts";
import { piecesOf, sumOf } from "../batch/sum.ts";
import { layOutFlat } from "./flat.ts";
import { flatRun, updateRuns, type FlatRun } from "./runs.ts";
import { planScaler, SCALER_BYTES, type ScalerStorage } from "./scaler.ts";

/** All memory that outlives a run, and where everything in it lies. */
export interface Storage {
  /** The arena is buffer 0 and the constants are buffer 1, whose sizes are known only after lowering. */
  readonly buffers: readonly BufferPlan[];
  readonly tensors: readonly TensorPlan[];
  readonly weights: ReadonlyMap<string, Place>;
  /** Where program outputs that are stored go: first values of weights, and gradients. */
  readonly outputs: ReadonlyMap<string, Place>;
  /** Where the updates read each trained weight's gradient. */
  readonly gradients: ReadonlyMap<string, Place>;
  /** Where a step has several passes: each one's gradients are added to those before, piece by piece. */
  readonly sums: readonly FlatRun[];
  /** What follows the gradients in a training step: the optimizers, with the averages. */
  readonly runs: readonly FlatRun[];
  /** In half precision: the numbers of loss scaling. */
  readonly scaler?: ScalerStorage;
}

export const ARENA = 0;
export const CONSTANTS = 1;

/** `passes`: how many parts of the batch a training step computes, one after the other. */
export function planStorage(model: ElaboratedModel, passes = 1, precision: Precision = "f32"): Storage {
  const flat = layOutFlat(model);
  const buffers: BufferPlan[] = [];
  const add = (name: string, kind: BufferPlan["kind"], bytes: number): number => buffers.push({ name, kind, bytes }) - 1 + 2;

  const weightBuffers = new Map<string, number>();
  for (const [net, bytes] of flat.bytesOfNet) weightBuffers.set(net, add(`weights.${net}`, "weights", bytes));
  const gradientBuffers = new Map<string, number>();
  const passBuffers = new Map<string, number>();
  const stateBuffers = new Map<string, number>();
  for (const { nets, rule } of model.optimizers) {
    for (const net of nets) {
      const bytes = flat.bytesOfNet.get(net) ?? 0;
      gradientBuffers.set(net, add(`gradients.${net}`, "gradients", bytes));
      passBuffers.set(net, passes === 1 ? gradientBuffers.get(net)! : add(`gradients.pass.${net}`, "gradients", bytes));
      for (const { name } of rule.stateNames) stateBuffers.set(`${name}.${net}`, add(`state.${name}.${net}`, "state", bytes));
    }
  }

  const tensors: TensorPlan[] = [];
  const weights = new Map<string, Place>();
  const outputs = new Map<string, Place>();
  const gradients = new Map<string, Place>();
  for (const { name, net, shape, of } of model.weights) {
    const offset = flat.offsetOf.get(name) ?? 0;
    const buffer = weightBuffers.get(net) ?? 0;
    weights.set(name, { buffer, byteOffset: offset });
    outputs.set(valueOf(name), { buffer, byteOffset: offset });
    tensors.push({ name, shape, buffer, offset, role: of === undefined ? "weight" : "average", net, ...(of === undefined ? {} : { of }) });
    const [gradient, pass] = [gradientBuffers.get(net), passBuffers.get(net)];
    if (gradient === undefined || pass === undefined) continue;
    gradients.set(name, { buffer: gradient, byteOffset: offset });
    outputs.set(gradientOf(name), { buffer: pass, byteOffset: offset });
  }
  for (const { nets, rule } of model.optimizers) {
    for (const { name: state } of rule.stateNames) {
      for (const { name, net, shape } of model.weights) {
        const buffer = stateBuffers.get(`${state}.${net}`);
        if (!nets.includes(net) || buffer === undefined) continue;
        const offset = flat.offsetOf.get(name) ?? 0;
        tensors.push({ name: stateOf(state, name), shape, buffer, offset, role: "state", of: name, net });
        outputs.set(valueOf(stateOf(state, name)), { buffer, byteOffset: offset });
      }
    }
  }

  const runs = updateRuns(model, flat, { weights: weightBuffers, gradients: gradientBuffers, states: stateBuffers });
  const sums = passes === 1 ? [] : [...gradientBuffers].flatMap(([net, target]) => {
    const starts = model.weights.flatMap((weight) => (weight.net === net ? [flat.offsetOf.get(weight.name) ?? 0] : []));
    const pieces = piecesOf(starts, flat.bytesOfNet.get(net) ?? 0);
    return pieces.map(({ offset, bytes }) => flatRun(sumOf(passes), { net, offset, elements: bytes / 4, update: 0 }, { target, source: passBuffers.get(net) }));
  });
  const stored = { buffers, tensors, weights, outputs, gradients, sums, runs };
  if (precision === "f32") return stored;
  const scaler = planScaler(add("loss_scale", "state", SCALER_BYTES));
  tensors.push(...scaler.tensors);
  for (const [name, place] of scaler.places) weights.set(name, place);
  for (const { name } of scaler.tensors) outputs.set(valueOf(name), scaler.places.get(name)!);
  return { ...stored, scaler };
}
