import { OVERFLOW, scaleUpdate } from "../precision/loss-scale.ts";
import { lower } from "../schedule/lower.ts";
import type { Place, Tensor } from "../schedule/tensor.ts";
import type { Lowered } from "../schedule/types.ts";
import { Poly } from "../size/poly.ts";
import { overflowKernel } from "../wgsl/overflow-kernel.ts";
import type { ScalerStorage } from "./scaler.ts";
import type { Storage } from "./storage.ts";
import { appended, windows, withFlatRuns, type FlatContext } from "./updates.ts";

/**
 * A training step of a scaled loss followed by its updates: a look at all gradients, the updates, which do nothing
 * where one is not finite, and the scale of the next step.
 */
export function withScaledUpdates(step: Lowered, storage: Storage, scaler: ScalerStorage, context: FlatContext): Lowered {
  const { places } = scaler;
  const checked = appended(step, gradientWindows(storage).map((window) => check(window, places.get(OVERFLOW)!, context)));
  const updated = withFlatRuns(checked, storage.runs, { ...context, scalars: places });
  return appended(updated, [lower({ ...context, graph: scaleUpdate(), weights: places, outputs: places })]);
}

interface Window {
  readonly place: Place;
  readonly elements: number;
}

/** The gradients that updates read, each once. */
function gradientWindows({ buffers, gradients }: Storage): Window[] {
  const used = new Set([...gradients.values()].map(({ buffer }) => buffer));
  return [...used].flatMap((buffer) => {
    const run = { elements: buffers[buffer - FIRST]!.bytes / 4, places: new Map([["source", { buffer, byteOffset: 0 }]]) };
    return windows(run).map(({ elements, places }) => ({ elements, place: places.get("source")! }));
  });
}

/** Number of the first buffer of a storage: the arena and the constants go before. */
const FIRST = 2;

function check({ place, elements }: Window, flag: Place, { library }: FlatContext): Pick<Lowered, "params" | "dispatches" | "stats"> {
  const tensor = (name: string, count: number, at: Place): Tensor => ({ name, dtype: "f32", elements: Poly.constant(count), half: false, place: at });
  const kernel = overflowKernel(tensor("gradients", elements, place), elements, tensor(OVERFLOW, 1, flag));
  const cost = { flops: elements, bytes: 4 * elements };
  const bind = ({ buffer, byteOffset }: Place, size: number) => ({ buffer, offset: byteOffset, size });
  return {
    params: [kernel.params],
    dispatches: [{
      kernel: library.add(kernel),
      bindings: [bind(place, 4 * elements), bind(flag, 4)],
      params: 0,
      workgroups: kernel.variants.map(({ workgroups }) => workgroups),
      cost,
    }],
    stats: cost,
  };
}
