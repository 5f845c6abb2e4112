import { lineColumn, type Span } from "../syntax/source.ts";

/** The graph does something that ONNX cannot say; `what` reads as "`embed` ...". */
export class OnnxUnsupported extends Error {
  readonly what: string;
  /** `models/x.jm:12`, where it is known. */
  readonly where: string | undefined;

  constructor(what: string, span: Span | undefined) {
    super(what);
    this.what = what;
    this.where = placeOf(span);
  }
}

export function placeOf(span: Span | undefined): string | undefined {
  return span === undefined ? undefined : `${span.source.path}:${lineColumn(span.source, span.start).line}`;
}
