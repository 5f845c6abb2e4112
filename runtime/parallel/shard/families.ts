import { FLAT_UNIT } from "../../plan/flat.ts";
import type { BindingPlan, DispatchPlan, Plan } from "../../plan/schema.ts";

/**
 * Buffers of flat memory that are laid out alike: the gradients of a net, and what its updates move by them, each
 * element by those at the same place of the others.
 */
export interface Family {
  readonly gradients: number;
  /** Weights, and averages that follow them. */
  readonly weights: readonly number[];
  readonly states: readonly number[];
}

/** The bindings of a dispatch over flat memory that are its stretches of it; the others are the same for all elements. */
export function stretchesOf({ bindings, flat }: DispatchPlan): BindingPlan[] {
  return flat === undefined ? [] : bindings.filter(({ size }) => size === 4 * FLAT_UNIT * flat.units);
}

/**
 * The families whose updates can be divided among ranks: all that touches their states, in any program, is updates over
 * flat memory. (So it is, unless a state starts at another value than 0, or the build is older than this.)
 */
export function familiesOf({ buffers, programs }: Plan): Family[] {
  const { dispatches, phases } = programs["step"]!;
  const updates = dispatches.slice(phases!.updateFrom);
  const groups = new Groups();
  for (const update of updates) {
    const alike = stretchesOf(update).filter(({ buffer }) => buffers[buffer]!.kind !== "arena");
    for (const { buffer, offset } of alike) if (offset === alike[0]!.offset) groups.join(buffer, alike[0]!.buffer);
  }
  const others = [...Object.values(programs).flatMap((program) => program.dispatches)].filter((dispatch) => !updates.includes(dispatch) || dispatch.flat === undefined);
  const touched = new Set(others.flatMap(({ bindings }) => bindings.map(({ buffer }) => buffer)));
  return groups.all().flatMap((members) => {
    const of = (kind: string): number[] => members.filter((buffer) => buffers[buffer]!.kind === kind);
    const [gradients, ...more] = of("gradients");
    const states = of("state");
    const divisible = gradients !== undefined && more.length === 0 && states.length > 0 && !states.some((state) => touched.has(state));
    return divisible ? [{ gradients, weights: of("weights"), states }] : [];
  });
}

/** Sets of numbers that grow together. */
class Groups {
  private readonly of = new Map<number, Set<number>>();

  join(a: number, b: number): void {
    const joined = new Set([a, b, ...(this.of.get(a) ?? []), ...(this.of.get(b) ?? [])]);
    for (const member of joined) this.of.set(member, joined);
  }

  all(): number[][] {
    return [...new Set(this.of.values())].map((group) => [...group].sort((a, b) => a - b));
  }
}
