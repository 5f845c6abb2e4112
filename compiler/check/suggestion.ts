import * as words from "../diagnostics/suggest.ts";

/** Of one or two letters any other name is near: those are only told apart by case. */
const SHORT = 2;

/** Help lines for a misspelt name: one, or none. */
export function didYouMean(name: string, candidates: Iterable<string>): string[] {
  const near = nearest(name, candidates);
  return near === undefined ? [] : [`did you mean \`${near}\`?`];
}

export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > SHORT) return words.nearest(name, candidates);
  return [...candidates].find((c) => c !== name && c.toLowerCase() === name.toLowerCase());
}
