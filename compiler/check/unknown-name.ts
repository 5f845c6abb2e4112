import type { Span } from "../syntax/source.ts";
import type { Context } from "./context.ts";
import { asksFirst } from "./needs.ts";
import { didYouMean } from "./suggestion.ts";
import { unknown, type Type } from "./types.ts";

/** Reports a name that means nothing here: perhaps an import is missing, or another name was meant. */
export function unknownName(cx: Context, name: string, span: Span, candidates: Iterable<string>): Type {
  const later = cx.scope.announced(name);
  if (later !== undefined) {
    // Once for each name: functions called from above need it just as early.
    if (!asksFirst(cx, `${name} earlier`)) return unknown;
    return cx.error("JM0317", { name }, [{ span, text: "used here" }, { span: later.name.span, text: "declared here" }], { help: ["move the declaration up"] });
  }
  const missing = cx.session.importOf(name);
  const help = missing === undefined ? didYouMean(name, candidates) : [`it is imported by \`${missing}\``];
  return cx.error("JM0301", { name }, [{ span, text: "not declared" }], { help });
}
