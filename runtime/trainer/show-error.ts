import { UserError } from "../errors.ts";

/** What a person reads of a failure: `error[JR520]: ...` and a hint. A stack trace only with JEPAC_DEBUG set. */
export function showError(error: unknown): string {
  if (error instanceof UserError) return [`error[${error.code}]: ${error.message}`, ...(error.hint === undefined ? [] : [`hint: ${error.hint}`])].join("\n");
  const shown = error instanceof Error ? (process.env["JEPAC_DEBUG"] ? (error.stack ?? error.message) : error.message) : String(error);
  return `error: ${shown}\nhint: This is a fault of jepac, not of yours: please report it. JEPAC_DEBUG=1 shows where it arose.`;
}
