import { FLAT_UNIT, withUnits } from "../../plan/flat.ts";
import type { DispatchPlan, ParamPlan, Plan, TensorPlan } from "../../plan/schema.ts";
import type { Part } from "../parts.ts";
import type { Bucket } from "../step/buckets.ts";
import { bytesOf, type ByteRange } from "../step/ranges.ts";
import { familiesOf, stretchesOf, type Family } from "./families.ts";
import { ownedOf, within } from "./ownership.ts";

/** A tensor of optimizer state of which each rank holds some elements. */
export interface ShardedTensor {
  readonly name: string;
  readonly elements: number;
  /** For each rank, the elements it holds, in order. */
  readonly held: readonly (readonly Part[])[];
}

/** The plan of one rank that holds optimizer state for its part of the weights, and updates only these. */
export interface RankPlan {
  /** Smaller buffers of state, whose tensors are what this rank holds of them, one piece behind the other. */
  readonly plan: Plan;
  readonly families: readonly Family[];
  readonly states: readonly ShardedTensor[];
  /** Bytes of optimizer state that this rank does not hold. */
  readonly saved: number;
  /** Some update needs the gradients of all weights on every rank: then they cannot be summed each on one. */
  readonly wholeGradients: boolean;
}

/**
 * Divides the updates of a training step among ranks (ZeRO stage 1; Rajbhandari et al., 2020): by the ranges of each
 * bucket of gradients. What cannot be divided stays whole on every rank.
 */
export function planOfRank(whole: Plan, buckets: readonly Bucket[], rank: number, world: number): RankPlan {
  const families = familiesOf(whole);
  const owned = Array.from({ length: world }, (_, one) => ownedRanges(buckets, one, world));
  const shards = new Map(families.flatMap((family) => family.states.map((state) => [state, family] as const)));
  const piecesOf = (buffer: number, of: number): ByteRange[] => owned[of]!.filter((range) => range.buffer === shards.get(buffer)!.gradients);

  const buffers = whole.buffers.map((buffer, i) => (shards.has(i) ? { ...buffer, bytes: Math.max(4 * FLAT_UNIT, bytesOf(piecesOf(i, rank))) } : buffer));
  const states = whole.tensors.filter(({ buffer }) => shards.has(buffer)).map((tensor): ShardedTensor => {
    const elements = tensor.shape.reduce((a, b) => a * b, 1);
    return { name: tensor.name, elements, held: owned.map((_, of) => partsOf(tensor, elements, piecesOf(tensor.buffer, of))) };
  });
  const tensors = whole.tensors.flatMap((tensor): TensorPlan[] => {
    const sharded = states.find(({ name }) => name === tensor.name);
    if (sharded === undefined) return [tensor];
    const held = sharded.held[rank]!;
    if (held.length === 0) return [];
    const count = held.reduce((sum, [from, to]) => sum + to - from, 0);
    return [{ ...tensor, shape: [count], offset: placeIn(piecesOf(tensor.buffer, rank), tensor.offset + 4 * held[0]![0]) }];
  });

  const step = whole.programs["step"]!;
  const { updateFrom } = step.phases!;
  const params: (readonly ParamPlan[])[] = [...step.params];
  const updates: DispatchPlan[] = [];
  let wholeGradients = false;
  for (const update of step.dispatches.slice(updateFrom)) {
    const stretches = stretchesOf(update);
    const family = families.find((one) => stretches.some(({ buffer }) => one.weights.includes(buffer)));
    if (family === undefined) {
      updates.push(update);
      wholeGradients ||= update.bindings.some(({ buffer }) => whole.buffers[buffer]!.kind === "gradients");
      continue;
    }
    // All its buffers are laid out alike, so that the place of one among the gradients is that of all.
    const { offset, size } = stretches.find(({ buffer }) => family.weights.includes(buffer))!;
    for (const piece of within({ buffer: family.gradients, offset, bytes: size }, owned[rank]!)) {
      const place = (buffer: number): number => (family.states.includes(buffer) ? placeIn(piecesOf(buffer, rank), piece.offset) : piece.offset);
      const bindings = update.bindings.map((binding) => {
        if (!stretches.includes(binding)) return binding;
        const flat = [family.gradients, ...family.weights, ...family.states].includes(binding.buffer);
        return { buffer: binding.buffer, offset: flat ? place(binding.buffer) : binding.offset + piece.offset - offset, size: piece.bytes };
      });
      updates.push({ ...ofLength(update, piece.bytes, params), bindings });
    }
  }
  const plan: Plan = {
    ...whole,
    buffers,
    tensors,
    programs: { ...whole.programs, step: { ...step, params, dispatches: [...step.dispatches.slice(0, updateFrom), ...updates] } },
    stats: { ...whole.stats, peakBytes: buffers.reduce((sum, { bytes }) => sum + bytes, 0) },
  };
  return { plan, families, states, saved: whole.stats.peakBytes - plan.stats.peakBytes, wholeGradients };
}

/** What a rank owns, in the order in which it lies in memory. */
function ownedRanges(buckets: readonly Bucket[], rank: number, world: number): ByteRange[] {
  return buckets.flatMap((bucket) => ownedOf(bucket, rank, world)).sort((a, b) => a.buffer - b.buffer || a.offset - b.offset);
}

/** The elements of a tensor in pieces of its net's memory. Between tensors are gaps, which belong to none. */
function partsOf({ offset }: TensorPlan, elements: number, pieces: readonly ByteRange[]): Part[] {
  return pieces.flatMap((piece): Part[] => {
    const [from, to] = [Math.max(0, (piece.offset - offset) / 4), Math.min(elements, (piece.offset + piece.bytes - offset) / 4)];
    return from < to ? [[from, to]] : [];
  });
}

/** Where a byte of flat memory lies in a buffer that holds only pieces of it, one behind the other. */
function placeIn(pieces: readonly ByteRange[], offset: number): number {
  let before = 0;
  for (const piece of pieces) {
    if (offset < piece.offset + piece.bytes) return before + offset - piece.offset;
    before += piece.bytes;
  }
  throw new Error(`byte ${offset} is not held`);
}

/** A dispatch over so many bytes of flat memory; its parameter block is added to `params`. */
function ofLength(dispatch: DispatchPlan, bytes: number, params: (readonly ParamPlan[])[]): DispatchPlan {
  const { flat, cost: _, ...rest } = dispatch;
  const units = bytes / (4 * FLAT_UNIT);
  const fixed = flat!.params.map((param) => ({ ...param, value: withUnits(param.value, units) }));
  return {
    ...rest,
    params: dispatch.params < 0 ? -1 : params.push(fixed) - 1,
    workgroups: flat!.workgroups.map(([x, y, z]) => [withUnits(x, units), withUnits(y, units), withUnits(z, units)] as const),
  };
}
