import { tokenMatcher, type TokenType } from "chevrotain";
import { placeOf } from "../brackets.ts";
import type { Token } from "../lexer.ts";
import * as t from "../tokens.ts";
import type { IndentedRow } from "./indent.ts";
import type { Roles } from "./roles.ts";

/** A row as text, cut where neighbouring rows of the same kind line up. */
export interface WrittenRow {
  readonly indent: number;
  readonly cells: readonly string[];
  /** Rows with the same key line up; empty: with none. */
  readonly key: string;
  readonly comment?: string;
  readonly apart: boolean;
}

/** Between two entries on one line. */
const BETWEEN_ENTRIES = "   ";

export function written(row: IndentedRow, roles: Roles): WrittenRow {
  const cuts = cutsOf(row.tokens, roles);
  const cells: string[] = [""];
  for (const [i, token] of row.tokens.entries()) {
    const previous = row.tokens[i - 1];
    if (cuts.has(token)) {
      if (roles.entries.has(token.startOffset)) cells[cells.length - 1] += BETWEEN_ENTRIES.slice(1);
      cells.push("");
    }
    else if (previous) cells[cells.length - 1] += gap(previous, token, row.tokens, i, roles);
    cells[cells.length - 1] += token.image;
  }
  const { indent, apart, comment } = row;
  const first = row.tokens[0];
  const kind = first && roles.entries.get(first.startOffset);
  const key = cuts.size === 0 && kind !== "settings" ? "" : `${kind === "settings" ? kind : first?.image} ${indent}`;
  return { indent, cells, key, apart, ...(comment !== undefined && { comment }) };
}

const linedUp = new Set(["let", "bind", "net", "weight", "config", "report", "states", "import"]);

/** The tokens that begin a new cell: `=`, a weight's type, an import's `from`, each setting of a preset. */
function cutsOf(tokens: readonly Token[], roles: Roles): Set<Token> {
  const first = tokens[0];
  const kind = first && roles.entries.get(first.startOffset);
  if (first === undefined || kind === undefined) return new Set();
  if (kind === "settings") return new Set(tokens.slice(1).filter((token) => roles.entries.has(token.startOffset)));
  if (!linedUp.has(kind)) return new Set();
  const { depth } = placeOf(first);
  const here = tokens.filter((token) => placeOf(token).depth === depth);
  if (here.slice(1).some((token) => roles.entries.has(token.startOffset))) return new Set();
  const cut = here.find((token) => token.tokenType === (kind === "import" ? t.From : t.Equals));
  const type = kind === "weight" ? tokens[tokens.findIndex((token) => token.tokenType === t.Colon) + 1] : undefined;
  return new Set([type, cut].filter((token) => token !== undefined));
}

const noSpaceBefore = new Set<TokenType>([t.Comma, t.RParen, t.RBracket, t.Semicolon, t.Dot, t.Colon]);
const noSpaceAfter = new Set<TokenType>([t.LParen, t.LBracket, t.Dot, t.DotDot]);
const literals = new Set<TokenType>([t.Int, t.Real, t.Text, t.True, t.False, t.RParen, t.RBracket, t.RBrace]);

/** What stands between two tokens of one line. */
function gap(a: Token, b: Token, row: readonly Token[], at: number, roles: Roles): string {
  const [left, right] = [a.tokenType, b.tokenType];
  const endsOperand = literals.has(left) || roles.names.has(a.startOffset);
  if (left === t.LBrace) return right === t.RBrace ? "" : " ";
  if (roles.entries.has(b.startOffset)) return BETWEEN_ENTRIES;
  if (left === t.Comma) return " ";
  if (noSpaceAfter.has(left) || noSpaceBefore.has(right) || right === t.DotDot) return "";
  if (left === t.Colon) return isSlice(a, row) ? "" : " ";
  if (left === t.Minus && isPrefix(row, at - 1, roles)) return "";
  if (right === t.LParen || right === t.LBracket) return endsOperand && !roles.groups.has(b.startOffset) ? "" : " ";
  return " ";
}

/** Whether the `-` at a place of a row is a sign: no operand goes before it. */
function isPrefix(row: readonly Token[], at: number, roles: Roles): boolean {
  const before = row[at - 1];
  if (before === undefined) return false;
  return !(literals.has(before.tokenType) || (tokenMatcher(before, t.AnyName) && roles.names.has(before.startOffset)));
}

/** Whether a `:` is a slice's: directly inside an index, not after an argument's name. */
function isSlice(colon: Token, row: readonly Token[]): boolean {
  const { depth, index } = placeOf(colon);
  const opener = row.findLast((token) => placeOf(token).index < index && placeOf(token).depth === depth - 1);
  const next = opener && row.find((token) => placeOf(token).index === placeOf(opener).index + 1);
  return opener?.tokenType === t.LBracket && next?.tokenType !== t.For;
}
