import type { TokenType } from "chevrotain";
import { diagnose } from "../diagnostics/codes.ts";
import type { DiagnosticBag } from "../diagnostics/diagnostic.ts";
import { emptyToken, tokenSpan, type Token } from "./lexer.ts";
import type { SourceFile } from "./source.ts";
import * as t from "./tokens.ts";

/**
 * Brackets are mended before parsing: a missing closer is put in where the layout says it belongs, a stray one is left
 * out. The parser then always sees balanced brackets, and knows how deep each token lies.
 */

/** Where a token lies: its index, and how many brackets are open around it. A bracket lies where its partner does. */
export interface Place {
  readonly depth: number;
  readonly index: number;
}

export function placeOf(token: Token): Place {
  return token.payload as Place;
}

const LIMIT = 64;

const closerOf = new Map<TokenType, TokenType>([
  [t.LParen, t.RParen],
  [t.LBracket, t.RBracket],
  [t.LBrace, t.RBrace],
]);
const closers = new Set(closerOf.values());

/** Words that begin a line inside no `(` or `[`. */
const neverInParentheses = new Set([
  t.Let, t.Var, t.Net, t.ParamWord, t.Train, t.Minimize, t.Optimize, t.Fn, t.Export, t.Import, t.Module, t.Model,
  t.Optimizer, t.Average,
]);
/** Words that begin a line inside no bracket at all. */
const neverInBraces = new Set([t.Import, t.Module, t.Model, t.Optimizer, t.Average]);
const declares = new Set([...neverInParentheses, t.Config, t.Dim, t.Input, t.Preset, t.State, t.Update]);

interface Open {
  readonly token: Token;
  /** The column at which the opener's line begins. */
  readonly indent: number;
}

/** Balanced tokens, each with its `Place` as payload. Reports what was mended; returns undefined past the depth limit. */
export function mendBrackets(tokens: readonly Token[], source: SourceFile, bag: DiagnosticBag): Token[] | undefined {
  const out: Token[] = [];
  const open: Open[] = [];
  const byLayout = !balanced(tokens);
  let surplusBraces = count(tokens, t.RBrace) - count(tokens, t.LBrace);
  let indent = 1;

  const closeTop = (before: Token | undefined) => {
    const { token } = open.pop()!;
    const type = closerOf.get(token.tokenType)!;
    const close = type.PATTERN as string;
    const labels = [{ span: tokenSpan(token, source), text: "opened here" }];
    if (before) labels.push({ span: tokenSpan(before, source), text: `\`${close}\` expected before this` });
    bag.add(diagnose("JM0002", { open: token.image, close }, labels));
    const last = out.at(-1) ?? token;
    const offset = (last.endOffset ?? 0) + 1;
    put(emptyToken(type, close, offset, last.endLine ?? 1, (last.endColumn ?? 0) + 1));
  };
  const put = (token: Token) => {
    const place: Place = { depth: open.length, index: out.length };
    token.payload = place;
    out.push(token);
  };

  for (const [i, token] of tokens.entries()) {
    const previous = tokens[i - 1];
    const next = tokens[i + 1];
    const beginsLine = previous === undefined || (previous.endLine ?? 0) < (token.startLine ?? 0);
    if (beginsLine) indent = token.startColumn ?? 1;

    if (byLayout && beginsLine) {
      while (open.length > 0 && mustHaveClosed(open.at(-1)!, token, next)) closeTop(token);
    }
    if (closerOf.has(token.tokenType)) {
      put(token);
      open.push({ token, indent });
      if (open.length > LIMIT) {
        bag.add(diagnose("JM0018", { limit: LIMIT }, [{ span: tokenSpan(token, source), text: "" }]));
        return undefined;
      }
    } else if (closers.has(token.tokenType)) {
      const partner = open.findLastIndex((o) => matches(o, token));
      const layoutPartner = byLayout && beginsLine ? open.findLastIndex((o) => o.indent === indent && matches(o, token)) : -1;
      const misplaced = surplusBraces > 0 && token.tokenType === t.RBrace && beginsLine && layoutPartner < 0;
      if (partner < 0 || misplaced) {
        if (token.tokenType === t.RBrace) surplusBraces--;
        bag.add(diagnose("JM0003", { close: token.image }, [{ span: tokenSpan(token, source), text: "" }]));
        continue;
      }
      while (open.length - 1 > partner) closeTop(token);
      while (layoutPartner >= 0 && open.length - 1 > layoutPartner && open.at(-1)!.indent > indent) closeTop(token);
      open.pop();
      put(token);
    } else {
      put(token);
    }
  }
  while (open.length > 0) closeTop(undefined);
  return out;
}

/** Whether a token that begins a line shows that an open bracket should have been closed before it. */
function mustHaveClosed(open: Open, token: Token, next: Token | undefined): boolean {
  if (next?.tokenType === t.Colon) return false; // an argument's name
  const shallow = (token.startColumn ?? 1) <= open.indent;
  if (open.token.tokenType === t.LBrace) {
    return neverInBraces.has(token.tokenType) || (shallow && declares.has(token.tokenType));
  }
  return neverInParentheses.has(token.tokenType) || (shallow && (declares.has(token.tokenType) || next?.tokenType === t.Equals));
}

function matches(open: Open, closer: Token): boolean {
  return closerOf.get(open.token.tokenType) === closer.tokenType;
}

function count(tokens: readonly Token[], type: TokenType): number {
  return tokens.filter((token) => token.tokenType === type).length;
}

function balanced(tokens: readonly Token[]): boolean {
  const expected: TokenType[] = [];
  for (const { tokenType } of tokens) {
    const closer = closerOf.get(tokenType);
    if (closer) expected.push(closer);
    else if (closers.has(tokenType) && expected.pop() !== tokenType) return false;
  }
  return expected.length === 0;
}
