import type { ElaboratedModel } from "../elaborate/model.ts";
import type { ElaboratedRule } from "../elaborate/rule.ts";
import type { Place } from "../schedule/tensor.ts";
import type { FlatLayout, FlatSegment } from "./flat.ts";
import { followerName } from "./followers.ts";

/** One run of an update rule over flat memory: for each of the rule's names, where its values start. */
export interface FlatRun {
  readonly rule: ElaboratedRule;
  /** Which of the rule's updates. */
  readonly update: number;
  /** Averages that follow what is moved, in the same dispatch. */
  readonly followers: readonly Pick<FlatRun, "rule" | "update">[];
  readonly elements: number;
  readonly places: ReadonlyMap<string, Place>;
}

/** The buffers of each net (of a net's state: `<state>.<net>`), laid out alike. */
export type NetBuffers = Readonly<Record<"weights" | "gradients" | "states", ReadonlyMap<string, number>>>;

type Average = ElaboratedModel["averages"][number];

/**
 * What follows the gradients in a training step: the optimizers, each with the averages that follow its nets, then
 * averages of what no optimizer moves.
 */
export function updateRuns(model: ElaboratedModel, flat: FlatLayout, buffers: NetBuffers): FlatRun[] {
  const segments = (net: string): readonly FlatSegment[] => flat.segments.get(net) ?? [];
  const runs: FlatRun[] = [];
  const done = new Set<Average>();
  for (const { nets, rule } of model.optimizers) {
    for (const net of nets) {
      const averages = model.averages.filter((average) => average.of === net && segments(net).every((segment) => around(segment, segments(average.net))));
      averages.forEach((average) => done.add(average));
      for (const segment of segments(net)) {
        const owners = {
          target: buffers.weights.get(net),
          source: buffers.gradients.get(net),
          ...Object.fromEntries(rule.stateNames.map(({ name }) => [`state.${name}`, buffers.states.get(`${name}.${net}`)])),
          ...Object.fromEntries(averages.map((average, i) => [followerName(i), buffers.weights.get(average.net)])),
        };
        const followers = averages.map((average) => ({ rule: average.rule, update: around(segment, segments(average.net))!.update }));
        runs.push(flatRun(rule, segment, owners, followers));
      }
    }
  }
  for (const average of model.averages.filter((one) => !done.has(one))) {
    const owners = { target: buffers.weights.get(average.net), source: buffers.weights.get(average.of) };
    runs.push(...segments(average.net).map((segment) => flatRun(average.rule, segment, owners)));
  }
  return runs;
}

export function flatRun(
  rule: ElaboratedRule,
  { offset, elements, update }: FlatSegment,
  owners: Readonly<Record<string, number | undefined>>,
  followers: FlatRun["followers"] = [],
): FlatRun {
  const places = Object.entries(owners).map(([name, buffer]): [string, Place] => [name, { buffer: buffer ?? 0, byteOffset: offset }]);
  return { rule, update, followers, elements, places: new Map(places) };
}

/** The segment of an average that holds one of its net: they lie alike, but an average may treat more ranks alike. */
function around(inner: FlatSegment, segments: readonly FlatSegment[]): FlatSegment | undefined {
  return segments.find(({ offset, elements }) => offset <= inner.offset && offset + 4 * elements >= inner.offset + 4 * inner.elements);
}
