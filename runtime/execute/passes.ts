import type { HostArray } from "./ports.ts";
import type { RunHandle } from "./run-handle.ts";

/** Which part of the batch a run computes: pass `index` of `of`, all equally long. */
export interface Pass {
  readonly index: number;
  readonly of: number;
}

export const ONE_PASS: Pass = { index: 0, of: 1 };

/** The passes of one step as one run, whose outputs are the means of theirs, element by element. */
export function meanOf(passes: readonly RunHandle[]): RunHandle {
  const { shapes, sizes } = passes[0]!;
  let values: Promise<Record<string, HostArray>> | undefined;
  return { shapes, sizes, outputs: () => (values ??= means(passes)) };
}

async function means(passes: readonly RunHandle[]): Promise<Record<string, HostArray>> {
  const all: Record<string, HostArray>[] = [];
  for (const pass of passes) all.push(await pass.outputs());
  return Object.fromEntries(
    Object.entries(all[0]!).map(([name, first]) => {
      const mean = (_: number, i: number): number => all.reduce((sum, values) => sum + values[name]![i]!, 0) / passes.length;
      return [name, first.map(mean)];
    }),
  );
}
