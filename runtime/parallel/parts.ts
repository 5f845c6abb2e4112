/** Numbers or bytes from `from` up to but without `to`. */
export type Part = readonly [from: number, to: number];

/** Cuts `count` things among `world` ranks: in order, as equal as can be. */
export function evenParts(count: number, world: number): Part[] {
  return Array.from({ length: world }, (_, rank) => [Math.floor((count * rank) / world), Math.floor((count * (rank + 1)) / world)]);
}

/** The same parts, of things that take `times` as much. */
export function scaled(parts: readonly Part[], times: number): Part[] {
  return parts.map(([from, to]) => [from * times, to * times]);
}

export const lengthOf = ([from, to]: Part): number => to - from;

/** Walks through all parts at once, at most `each` of every part a turn: all ranks have as much to do in each. */
export function* turnsOf(parts: readonly Part[], each: number): Generator<readonly Part[]> {
  const longest = Math.max(...parts.map(lengthOf));
  for (let at = 0; at < longest; at += each) {
    yield parts.map(([from, to]) => [Math.min(to, from + at), Math.min(to, from + at + each)] as const);
  }
}
