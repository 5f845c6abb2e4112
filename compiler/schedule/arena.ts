import type { Limits } from "@jepac/runtime/plan";

/** Bindings begin at multiples of this many bytes. */
export const ALIGNMENT = 256;

/** A tensor that lives from one dispatch to another, both inclusive. */
export interface Lifetime {
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

export interface ArenaPlan {
  /** Byte offsets, in the order of the lifetimes. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/**
 * Places tensors in one arena so that no two that live at once overlap: the largest first, each in the smallest gap
 * that holds it between those of its time (best fit). No tensor crosses a multiple of `slab` bytes, so that an arena
 * larger than a buffer may be can be cut there.
 */
export function planArena(lifetimes: readonly Lifetime[], slab = Infinity): ArenaPlan {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const placed: { readonly from: number; readonly to: number; readonly start: number; readonly end: number }[] = [];
  const order = lifetimes.map((_, i) => i).sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes || a - b);
  let bytes = 0;
  for (const i of order) {
    const { from, to, bytes: size } = lifetimes[i]!;
    const room = alignUp(size);
    const start = bestGap(placed.filter((p) => p.from <= to && from <= p.to), room, slab);
    offsets[i] = start;
    // Kept sorted by start, so that gaps are found in one pass.
    const at = placed.findIndex((p) => p.start > start);
    placed.splice(at < 0 ? placed.length : at, 0, { from, to, start, end: start + room });
    bytes = Math.max(bytes, start + room);
  }
  return { offsets, bytes };
}

function bestGap(sorted: readonly { readonly start: number; readonly end: number }[], room: number, slab: number): number {
  let best = -1;
  let bestSize = Infinity;
  let end = 0;
  for (const p of sorted) {
    const start = withinSlab(end, room, slab);
    const gap = p.start - start;
    if (gap >= room && gap < bestSize) [best, bestSize] = [start, gap];
    end = Math.max(end, p.end);
  }
  return best < 0 ? withinSlab(end, room, slab) : best;
}

/** The first start from `start` on at which `room` bytes lie within one slab. */
function withinSlab(start: number, room: number, slab: number): number {
  const next = (Math.floor(start / slab) + 1) * slab;
  return start + room <= next ? start : next;
}

/** The largest part of an arena that one buffer can hold. */
export function slabBytes(limits: Pick<Limits, "maxBufferSize">): number {
  return Math.floor(limits.maxBufferSize / ALIGNMENT) * ALIGNMENT;
}

export function alignUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** The first two tensors that live at once and overlap, if any: what `planArena` must never give. */
export function findOverlap(lifetimes: readonly Lifetime[], offsets: readonly number[]): readonly [number, number] | undefined {
  for (let a = 0; a < lifetimes.length; a++) {
    for (let b = a + 1; b < lifetimes.length; b++) {
      const [p, q] = [lifetimes[a]!, lifetimes[b]!];
      const together = p.from <= q.to && q.from <= p.to;
      if (together && offsets[a]! < offsets[b]! + q.bytes && offsets[b]! < offsets[a]! + p.bytes) return [a, b];
    }
  }
  return undefined;
}
