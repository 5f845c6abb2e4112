/** A text the compiler reads. The compiler does no I/O: whoever calls it brings the texts. */
export interface SourceFile {
  /** As the user would write it, e.g. `models/audio-jepa.jm`. */
  readonly path: string;
  readonly text: string;
}

/** A half-open range of characters [start, end) of one source. */
export interface Span {
  readonly source: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** The smallest span that covers both. */
export function spanning(a: Span, b: Span): Span {
  return { source: a.source, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

/** Where a span starts, as profiles name it: `models/x.jm:12`. */
export function sourceLine({ source, start }: Span): string {
  return `${source.path}:${lineColumn(source, start).line}`;
}

/** 1-based line and column of an offset. */
export function lineColumn(source: SourceFile, offset: number): { line: number; column: number } {
  const before = source.text.slice(0, offset);
  const lastBreak = before.lastIndexOf("\n");
  return { line: before.split("\n").length, column: offset - lastBreak };
}
