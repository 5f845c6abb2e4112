import type { TokenType } from "chevrotain";
import type { Token } from "../lexer.ts";
import * as t from "../tokens.ts";
import type { Roles } from "./roles.ts";
import type { Row } from "./rows.ts";

export interface IndentedRow extends Row {
  readonly indent: number;
}

/** An open bracket, or the whole file. */
interface Frame {
  /** Where the line with its closer begins; what is inside lies one step further in. */
  readonly base: number;
  /** Where the entry being read began its line, once there is one. */
  entry?: number;
}

const STEP = 2;
const openers = new Set<TokenType>([t.LParen, t.LBracket, t.LBrace]);
const closers = new Set<TokenType>([t.RParen, t.RBracket, t.RBrace]);

/** How far in each row begins: an entry one step within its block, what continues an entry one step further. */
export function indented(rows: readonly Row[], roles: Roles): IndentedRow[] {
  const frames: Frame[] = [{ base: -STEP }];
  const top = () => frames.at(-1)!;
  const isEntry = (token: Token) => roles.entries.has(token.startOffset);

  const indentOf = (first: Token): number => {
    if (closers.has(first.tokenType)) return top().base;
    const { base, entry } = top();
    return isEntry(first) || entry === undefined ? base + STEP : entry + STEP;
  };
  const enter = (first: Token, token: Token, indent: number): void => {
    if (isEntry(token)) top().entry = indent;
    if (openers.has(token.tokenType)) {
      // A block hangs from its entry, also where the entry's head took several lines.
      const hangsFromRow = first.tokenType === t.If || first.tokenType === t.RBrace || token.tokenType !== t.LBrace;
      frames.push({ base: hangsFromRow ? indent : (top().entry ?? indent) });
    } else if (closers.has(token.tokenType)) {
      frames.pop();
    }
  };

  const result: IndentedRow[] = [];
  let afterOpener = false;
  for (const [i, row] of rows.entries()) {
    const [first] = row.tokens;
    const next = first ?? rows.slice(i).find((later) => later.tokens.length > 0)?.tokens[0];
    const closes = next !== undefined && closers.has(next.tokenType);
    const inner = next === undefined ? 0 : closes && first === undefined ? top().base + STEP : indentOf(next);
    const apart = row.apart && !afterOpener && !(closes && first !== undefined);
    result.push({ ...row, indent: inner, apart });
    if (first) for (const token of row.tokens) enter(first, token, inner);
    const last = row.tokens.at(-1);
    afterOpener = last !== undefined && openers.has(last.tokenType);
  }
  return result;
}
