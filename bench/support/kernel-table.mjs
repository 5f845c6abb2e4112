// Where a step's time goes: the dispatches of a profile, summed by kernel.

/** @param {{ kernel: string, source?: string, microseconds: number }[]} profile @returns {string} a row a kernel, dearest first */
export function kernelTable(profile, rows = 25) {
  const kernels = new Map();
  for (const { kernel, source, microseconds } of profile) {
    const name = `${kernel}  ${source ?? ""}`;
    const { count, total } = kernels.get(name) ?? { count: 0, total: 0 };
    kernels.set(name, { count: count + 1, total: total + microseconds });
  }
  const all = profile.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const sorted = [...kernels].sort(([, a], [, b]) => b.total - a.total);
  const lines = sorted.slice(0, rows).map(([name, { count, total }]) => {
    return `${((100 * total) / all).toFixed(1).padStart(5)} %  ${(total / 1000).toFixed(2).padStart(8)} ms  ${String(count).padStart(4)} x ${name}`;
  });
  return [...lines, `${(all / 1000).toFixed(2)} ms in ${profile.length} dispatches`].join("\n");
}
