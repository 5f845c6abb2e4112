import type { Diagnostic } from "../diagnostics/diagnostic.ts";

/** Ends elaboration with a message for the user. Caught where elaboration begins; nothing else is thrown on purpose. */
export class ElaborationFailure extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

export function fail(diagnostic: Diagnostic): never {
  throw new ElaborationFailure(diagnostic);
}
