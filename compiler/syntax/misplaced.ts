import { diagnose } from "../diagnostics/codes.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { tokenSpan, type Token } from "./lexer.ts";
import type { SourceFile } from "./source.ts";
import * as t from "./tokens.ts";

/** Where the words that begin a declaration belong. */
const belongs = new Map([
  ...[t.Config, t.Dim, t.Input, t.Preset, t.Train, t.Optimize].map((word) => [word, "a `model`"] as const),
  [t.ParamWord, "a `module`"],
  [t.Net, "a `module` or a `model`"],
  ...[t.State, t.Update].map((word) => [word, "an `optimizer` or an `average`"] as const),
  ...[t.Minimize, t.Report].map((word) => [word, "`train`"] as const),
  ...[t.Var, t.For].map((word) => [word, "the body of a function"] as const),
  ...[t.Import, t.Module, t.Model, t.Optimizer, t.Average].map((word) => [word, "a file, outside all braces"] as const),
  [t.Fn, "a file, a `module` or a `model`"],
  [t.Export, "a `model`"],
]);

/** The diagnostic for a declaration that stands where it cannot, if `token` begins one. */
export function misplaced(token: Token, place: string, source: SourceFile): Diagnostic | undefined {
  const home = belongs.get(token.tokenType);
  if (home === undefined) return undefined;
  return diagnose("JM0022", { word: token.image, place, belongs: home }, [{ span: tokenSpan(token, source), text: "" }]);
}
