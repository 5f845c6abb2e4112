import type { ElaboratedModel, ModelWeight } from "../elaborate/model.ts";
import type { FlatUpdate } from "../elaborate/rule.ts";
import { count } from "../graph/ndarray.ts";
import { alignUp } from "../schedule/arena.ts";

/** A run of flat memory that one update moves: consecutive bytes of a net's buffers. */
export interface FlatSegment {
  readonly net: string;
  /** Bytes from the start of each of the net's buffers. */
  readonly offset: number;
  readonly elements: number;
  /** Which of the rule's updates moves it. */
  readonly update: number;
}

/** Where every weight lies: each net has one buffer of weights, and gradients, states and averages laid out the same. */
export interface FlatLayout {
  readonly bytesOfNet: ReadonlyMap<string, number>;
  /** Byte offset of each weight within its net's buffers. */
  readonly offsetOf: ReadonlyMap<string, number>;
  /** For each trained or averaged net, the segments in order; neighbours moved by the same update are one segment. */
  readonly segments: ReadonlyMap<string, readonly FlatSegment[]>;
}

/**
 * Orders each net's weights so that those an update treats alike are neighbours: an optimizer then moves all of
 * them in one dispatch. A net and the average that follows it are laid out alike.
 */
export function layOutFlat(model: ElaboratedModel): FlatLayout {
  const bytesOfNet = new Map<string, number>();
  const offsetOf = new Map<string, number>();
  const segments = new Map<string, FlatSegment[]>();
  for (const net of new Set(model.weights.map((w) => w.net))) {
    const followed = model.averages.find((a) => a.net === net)?.of ?? net;
    const updates = model.optimizers.find((o) => o.nets.includes(followed))?.rule.updates ?? [];
    const own = updatesOf(model, net);
    let offset = 0;
    const runs: FlatSegment[] = [];
    for (const weight of inUpdateOrder(model.weights.filter((w) => w.net === net), updates)) {
      offsetOf.set(weight.name, offset);
      const end = offset + alignUp(4 * count(weight.shape));
      const update = updateIndex(own, weight);
      const last = runs.at(-1);
      if (last?.update === update) runs[runs.length - 1] = { ...last, elements: (end - last.offset) / 4 };
      else runs.push({ net, offset, elements: (end - offset) / 4, update });
      offset = end;
    }
    bytesOfNet.set(net, offset);
    segments.set(net, runs);
  }
  return { bytesOfNet, offsetOf, segments };
}

function updatesOf(model: ElaboratedModel, net: string): readonly FlatUpdate[] {
  const rule = model.averages.find((a) => a.net === net)?.rule ?? model.optimizers.find((o) => o.nets.includes(net))?.rule;
  return rule?.updates ?? [];
}

function updateIndex(updates: readonly FlatUpdate[], weight: ModelWeight): number {
  return updates.findIndex((u) => u.ranks.includes(weight.shape.length));
}

function inUpdateOrder(weights: readonly ModelWeight[], updates: readonly FlatUpdate[]): readonly ModelWeight[] {
  return [...weights].sort((a, b) => updateIndex(updates, a) - updateIndex(updates, b));
}
