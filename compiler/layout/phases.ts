import type { DispatchPlan, GradientRange, PhasesPlan } from "@jepac/runtime/plan";
import type { BatchSplit } from "../batch/split.ts";
import { count } from "../graph/ndarray.ts";
import { trainedWeights } from "../programs.ts";
import { alignUp } from "../schedule/arena.ts";
import type { Storage } from "./storage.ts";

/** Where a training step may be cut: its first `updateFrom` dispatches compute the gradients, the others use them. */
export function planPhases({ model, passes, clips }: BatchSplit, storage: Storage, dispatches: readonly DispatchPlan[], updateFrom: number): PhasesPlan {
  const computing = dispatches.slice(0, updateFrom);
  const ranges = trainedWeights(model).flatMap((weight): GradientRange[] => {
    const place = storage.gradients.get(weight.name);
    if (place === undefined) return [];
    const range = { buffer: place.buffer, offset: place.byteOffset, bytes: alignUp(4 * count(weight.shape)) };
    return [{ ...range, after: lastTouch(computing, range) }];
  });
  return { passes, clips, updateFrom, gradients: joined(ranges.sort((a, b) => a.after - b.after || a.buffer - b.buffer || a.offset - b.offset)) };
}

/** The last of the dispatches that touches a range; -1 if none does. */
export function lastTouch(dispatches: readonly DispatchPlan[], { buffer, offset, bytes }: Omit<GradientRange, "after">): number {
  return dispatches.findLastIndex(({ bindings }) => bindings.some((b) => b.buffer === buffer && b.offset < offset + bytes && offset < b.offset + b.size));
}

/** Neighbours in memory that are final at once, as one. */
function joined(ranges: readonly GradientRange[]): GradientRange[] {
  const all: GradientRange[] = [];
  for (const range of ranges) {
    const last = all.at(-1);
    const next = last?.after === range.after && last.buffer === range.buffer && last.offset + last.bytes === range.offset;
    if (last !== undefined && next) all[all.length - 1] = { ...last, bytes: last.bytes + range.bytes };
    else all.push(range);
  }
  return all;
}
