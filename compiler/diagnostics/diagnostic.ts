import type { Span } from "../syntax/source.ts";

/** A message about the user's program, as data. Printers (terminal, JSON) turn it into text. */
export interface Diagnostic {
  /** `JM0203`: a row of the table in codes.ts. */
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** The first is the primary one: where the mistake is. Others say what it was seen against. */
  readonly labels: readonly Label[];
  readonly notes: readonly string[];
  readonly help: readonly string[];
}

export interface Label {
  readonly span: Span;
  readonly text: string;
}

/** Collects diagnostics; a second one with the same code at the same primary span is dropped. */
export class DiagnosticBag {
  readonly #seen = new Set<string>();
  readonly #all: Diagnostic[] = [];

  add(diagnostic: Diagnostic): void {
    const at = diagnostic.labels[0]?.span;
    const key = `${diagnostic.code}@${at?.source.path ?? ""}:${at?.start ?? -1}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#all.push(diagnostic);
  }

  get all(): readonly Diagnostic[] {
    return this.#all;
  }

  get hasErrors(): boolean {
    return this.#all.some((d) => d.severity === "error");
  }
}
