import { placeOf } from "./brackets.ts";
import type { Token } from "./lexer.ts";
import * as t from "./tokens.ts";

/** Where reading goes on after a mistake. */

const beginners = new Set([
  t.Let, t.Var, t.Net, t.ParamWord, t.Fn, t.Export, t.Train, t.Minimize, t.Optimize, t.Import, t.Module, t.Model, t.Optimizer,
  t.Average, t.For,
]);
const memberWords = new Set([t.Config, t.Dim, t.Input, t.Preset, t.State, t.Update, t.Report, t.If]);
/** All words that begin a statement, a member or a declaration. */
export const beginningWords = [...beginners, ...memberWords];

const operators = new Set(t.marks.filter((mark) => mark !== t.LParen && mark !== t.LBracket && mark !== t.Minus));

/** Whether `token` looks like the first of an entry (statement, member, declaration) beside the one begun by `first`. */
export function beginsEntry(token: Token, previous: Token, first: Token): boolean {
  if (placeOf(token).depth !== placeOf(first).depth) return false;
  if (beginners.has(token.tokenType)) return true;
  const beginsLine = (previous.endLine ?? 0) < (token.startLine ?? 0);
  if (!beginsLine || operators.has(token.tokenType)) return false;
  return memberWords.has(token.tokenType) || (token.startColumn ?? 0) <= (first.startColumn ?? 0);
}

const declaring = new Set([
  t.Let, t.Var, t.Net, t.ParamWord, t.Fn, t.Module, t.Model, t.Optimizer, t.Average, t.Config, t.Dim, t.Input, t.For,
]);

/** The names that a declaration which could not be read would have declared. */
export function declaredNames(lost: readonly Token[]): Token[] {
  const keyword = lost[0]?.tokenType === t.Export ? 1 : 0;
  const word = lost[keyword];
  if (word === undefined) return [];
  const isName = (token: Token | undefined) => token !== undefined && (token.tokenType === t.Name || t.softKeywords.includes(token.tokenType));
  if (word.tokenType === t.Import) return lost.filter((token) => isName(token) && placeOf(token).depth > placeOf(word).depth);
  if (!declaring.has(word.tokenType)) return [];
  const next = lost[keyword + 1];
  if (next?.tokenType === t.LBracket) {
    const end = lost.findIndex((token) => token.tokenType === t.RBracket);
    return lost.slice(keyword + 2, Math.max(end, 0)).filter(isName);
  }
  return isName(next) ? [next!] : [];
}
