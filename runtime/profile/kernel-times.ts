import type { DispatchTime } from "../execute/index.ts";

/** All dispatches of one kernel from one line. */
export interface KernelTime {
  readonly kernel: string;
  /** The `.jm` line; undefined where the plan does not say. */
  readonly source: string | undefined;
  readonly dispatches: number;
  readonly milliseconds: number;
  /** Of all kernels' time, 0 to 1. */
  readonly share: number;
  readonly flops: number;
  readonly bytes: number;
}

/** Sums dispatches by kernel and line, dearest first. */
export function kernelTimes(dispatches: readonly DispatchTime[]): KernelTime[] {
  const groups = new Map<string, DispatchTime[]>();
  for (const dispatch of dispatches) {
    const key = `${dispatch.kernel}\n${dispatch.source ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), dispatch]);
  }
  const all = sum(dispatches, ({ microseconds }) => microseconds);
  const rows = [...groups.values()].map((group): KernelTime => {
    const { kernel, source } = group[0]!;
    const microseconds = sum(group, (dispatch) => dispatch.microseconds);
    return {
      kernel, source, dispatches: group.length, milliseconds: microseconds / 1000, share: all > 0 ? microseconds / all : 0,
      flops: sum(group, ({ flops }) => flops ?? 0), bytes: sum(group, ({ bytes }) => bytes ?? 0),
    };
  });
  return rows.sort((a, b) => b.milliseconds - a.milliseconds);
}

/** The middle time of each dispatch over several runs of one program with the same sizes. */
export function medianTimes(runs: readonly (readonly DispatchTime[])[]): DispatchTime[] {
  return (runs[0] ?? []).map((dispatch, i) => ({ ...dispatch, microseconds: median(runs.map((run) => run[i]!.microseconds)) }));
}

/** Of an even number of values, the higher of the middle two. @param values at least one */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** 10⁹ a second, of an amount in milliseconds; undefined of nothing, and where no time passed that a clock could tell. */
export function perSecond(amount: number, milliseconds: number): number | undefined {
  return amount > 0 && milliseconds > 0 ? amount / 1e6 / milliseconds : undefined;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
