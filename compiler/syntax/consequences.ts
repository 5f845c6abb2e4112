import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "./source.ts";

/**
 * The messages about one text, in its order, without those that only follow from another: what the parser finds on a
 * line from which a character was left out, or inside a `(` or `[` whose closer had to be guessed.
 */
export function withoutConsequences(found: readonly Diagnostic[], source: SourceFile): Diagnostic[] {
  const damaged = found.flatMap((diagnostic) => damage(diagnostic, source));
  const follows = (diagnostic: Diagnostic) => {
    const at = startOf(diagnostic);
    return diagnostic.code === "JM0001" && damaged.some(({ from, to }) => at >= from && at <= to);
  };
  return found.filter((diagnostic) => !follows(diagnostic)).sort((a, b) => startOf(a) - startOf(b));
}

function startOf(diagnostic: Diagnostic): number {
  return diagnostic.labels[0]?.span.start ?? 0;
}

function damage({ code, labels }: Diagnostic, { text }: SourceFile): { from: number; to: number }[] {
  const [first, second] = labels;
  if (first === undefined) return [];
  const { start } = first.span;
  if (code === "JM0005") {
    const lineEnd = text.indexOf("\n", start);
    return [{ from: start, to: lineEnd < 0 ? text.length : lineEnd }];
  }
  if (code === "JM0002" && text[start] !== "{") return [{ from: start, to: second?.span.start ?? text.length }];
  return [];
}
