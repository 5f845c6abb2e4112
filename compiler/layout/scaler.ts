import type { TensorPlan } from "@jepac/runtime/plan";
import { SCALE_STATES, OVERFLOW } from "../precision/loss-scale.ts";
import { ALIGNMENT } from "../schedule/arena.ts";
import type { Place } from "../schedule/tensor.ts";

/** Where the numbers of loss scaling lie: one after the other in a buffer of their own. */
export interface ScalerStorage {
  readonly places: ReadonlyMap<string, Place>;
  /** Those that checkpoints keep. They belong to no net. */
  readonly tensors: readonly TensorPlan[];
}

const NAMES: readonly string[] = [...SCALE_STATES, OVERFLOW];
export const SCALER_BYTES = ALIGNMENT * NAMES.length;

export function planScaler(buffer: number): ScalerStorage {
  const places = new Map(NAMES.map((name, i): [string, Place] => [name, { buffer, byteOffset: ALIGNMENT * i }]));
  const tensors = SCALE_STATES.map((name): TensorPlan => ({ name, shape: [], buffer, offset: places.get(name)!.byteOffset, role: "state", net: "" }));
  return { places, tensors };
}
