import type { Diagnostic, Label } from "./diagnostic.ts";

/** One row of the diagnostics table: how a message is made of its parts, and its page in docs/errors. */
export interface Code<P> {
  readonly title: string;
  message(parts: P): string;
  /** What the rule is and why, for `jepac explain` and the page. */
  readonly explain: string;
  /** A small program that gives the error, and how it is mended. Whole files, or fragments where obvious. */
  readonly wrong: string;
  readonly right: string;
}

export function code<P>(row: Code<P>): Code<P> {
  return row;
}

/** Builds a diagnostic from a row: a wrong code or a missing part does not compile. */
export function diagnoseWith<T extends Record<string, Code<never>>>(table: T) {
  return <K extends keyof T & string>(
    id: K,
    parts: Parameters<T[K]["message"]>[0],
    labels: readonly Label[],
    extra: { readonly notes?: readonly string[]; readonly help?: readonly string[]; readonly severity?: "warning" } = {},
  ): Diagnostic => {
    const row = table[id] as unknown as Code<unknown>;
    return {
      code: id,
      severity: extra.severity ?? "error",
      message: row.message(parts),
      labels,
      notes: extra.notes ?? [],
      help: extra.help ?? [],
    };
  };
}
