import type { Span } from "../syntax/source.ts";

/** A program that no dispatches on this adapter can run: a tensor or a kernel over a limit. */
export class LowerError extends Error {
  /** What is too large: a tensor by the operation that makes it, or a kernel. */
  readonly subject: string;
  readonly limitName: "maxStorageBufferBindingSize" | "maxStorageBuffersPerShaderStage" | "maxBufferSize";
  readonly found: number;
  readonly limit: number;
  readonly span: Span | undefined;

  constructor(subject: string, limitName: LowerError["limitName"], found: number, limit: number, span?: Span) {
    super(`${subject}: ${limitName} is ${limit}, needed ${found}`);
    this.subject = subject;
    this.limitName = limitName;
    this.found = found;
    this.limit = limit;
    this.span = span;
  }
}
