import type { Span } from "../syntax/source.ts";
import type { Context } from "./context.ts";
import { didYouMean } from "./suggestion.ts";
import type { Type } from "./types.ts";

/** Reports a name that means nothing here: perhaps an import is missing, or another name was meant. */
export function unknownName(cx: Context, name: string, span: Span, candidates: Iterable<string>): Type {
  const missing = cx.session.importOf(name);
  const help = missing === undefined ? didYouMean(name, candidates) : [`it is imported by \`${missing}\``];
  return cx.error("JM0301", { name }, [{ span, text: "not declared" }], { help });
}
