import { FLAT_SIZE, FLAT_UNIT, withUnits, type DispatchPlan, type HostExpr, type Limits } from "@jepac/runtime/plan";
import type { ElaboratedRule, FlatUpdate } from "../elaborate/rule.ts";
import type { Output } from "../graph/node.ts";
import { runPasses } from "../passes/pipeline.ts";
import type { KernelLibrary } from "../schedule/library.ts";
import { lower } from "../schedule/lower.ts";
import type { Lowered } from "../schedule/types.ts";
import type { Place } from "../schedule/tensor.ts";
import { withFollowers } from "./followers.ts";
import type { FlatRun } from "./runs.ts";

/** Flat memory is bound in windows of at most this many bytes, so that any adapter can bind them. */
const WINDOW = 2 ** 27;

/** What lowering a flat run needs beside it. */
export interface FlatContext {
  readonly buffers: { readonly arena: number; readonly constants: number };
  readonly limits: Limits;
  readonly library: KernelLibrary;
  /** Tensors that are the same in all windows. */
  readonly scalars?: ReadonlyMap<string, Place>;
}

/**
 * A training step with updates of flat memory: one dispatch for each window of each run, before dispatch `at` of the
 * step; at its end, if `at` is not given.
 */
export function withFlatRuns(step: Lowered, runs: readonly FlatRun[], context: FlatContext, at?: (run: FlatRun) => number): Lowered {
  const inserted = new Map<number, DispatchPlan[]>();
  let { params } = step;
  let { flops, bytes } = step.stats;
  for (const run of runs) {
    const outputs = optimised(run);
    const where = at?.(run) ?? step.dispatches.length;
    for (const window of windows(run)) {
      const part = lowerWindow(window, outputs, context);
      const first = params.length;
      const dispatches = part.dispatches.map((d) => ({ ...d, params: d.params < 0 ? -1 : d.params + first }));
      inserted.set(where, [...(inserted.get(where) ?? []), ...dispatches]);
      params = [...params, ...part.params];
      flops += part.stats.flops;
      bytes += part.stats.bytes;
    }
  }
  const dispatches = [...step.dispatches.flatMap((d, i) => [...(inserted.get(i) ?? []), d]), ...(inserted.get(step.dispatches.length) ?? [])];
  return { ...step, params, dispatches, stats: { flops, bytes } };
}

/** A step followed by dispatches, whose parameter blocks are their own. */
export function appended(step: Lowered, parts: readonly Pick<Lowered, "params" | "dispatches" | "stats">[]): Lowered {
  return parts.reduce<Lowered>((before, { params, dispatches, stats }) => {
    const first = before.params.length;
    return {
      ...before,
      params: [...before.params, ...params],
      dispatches: [...before.dispatches, ...dispatches.map((d) => ({ ...d, params: d.params < 0 ? -1 : d.params + first }))],
      stats: { flops: before.stats.flops + stats.flops, bytes: before.stats.bytes + stats.bytes },
    };
  }, step);
}

/** The parts of a run that are bound at once. */
export function windows<Run extends Pick<FlatRun, "elements" | "places">>(run: Run): readonly Run[] {
  const most = Math.floor(WINDOW / 4);
  const parts: Run[] = [];
  for (let first = 0; first < run.elements; first += most) {
    const places = new Map([...run.places].map(([name, { buffer, byteOffset }]): [string, Place] => [name, { buffer, byteOffset: byteOffset + 4 * first }]));
    parts.push({ ...run, elements: Math.min(most, run.elements - first), places });
  }
  return parts;
}

/** What a run's update computes, the same in each of its windows. */
function optimised({ rule, update, followers }: FlatRun): readonly Output[] {
  const moved = updateOf(rule, update);
  const outputs: Output[] = [{ name: "target", node: moved.target }, ...moved.states.map((s) => ({ name: `state.${s.name}`, node: s.node }))];
  const graph = { name: rule.rule, outputs, sizes: [{ name: FLAT_SIZE, min: 1, max: WINDOW / 4 / FLAT_UNIT }] };
  return runPasses(withFollowers(graph, followers.map((average) => updateOf(average.rule, average.update).target))).outputs;
}

function updateOf(rule: ElaboratedRule, update: number): FlatUpdate {
  const found = rule.updates[update];
  if (found === undefined) throw new Error(`rule ${rule.rule} has no update ${update}`);
  return found;
}

function lowerWindow({ rule, elements, places }: FlatRun, outputs: readonly Output[], { buffers, limits, library, scalars = new Map() }: FlatContext): Lowered {
  const units = elements / FLAT_UNIT;
  const graph = { name: rule.rule, outputs, sizes: [{ name: FLAT_SIZE, min: units, max: units }] };
  const lowered = lower({ graph, weights: new Map([...places, ...scalars]), outputs: places, buffers, limits, library });
  // The window's length is known, so it is no runtime size of the step.
  const fixed = (expr: HostExpr): HostExpr => withUnits(expr, units);
  return {
    ...lowered,
    params: lowered.params.map((block) => block.map((field) => ({ ...field, value: fixed(field.value) }))),
    dispatches: lowered.dispatches.map((d) => ({
      ...d,
      workgroups: d.workgroups.map(([x, y, z]) => [fixed(x), fixed(y), fixed(z)] as const),
      ...(d.cost && { cost: { flops: fixed(d.cost.flops), bytes: fixed(d.cost.bytes) } }),
      flat: { units, workgroups: d.workgroups, params: lowered.params[d.params] ?? [] },
    })),
  };
}
