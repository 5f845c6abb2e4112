import { createToken, type IToken, type TokenType } from "chevrotain";
import * as t from "./tokens.ts";

/**
 * Marks of other languages that people write by habit. Each is read as what was meant, after a message, so that one
 * slip is one error.
 */
export interface Foreign {
  readonly token: TokenType;
  /** Read as this token; absent: skipped. */
  readonly as?: TokenType;
  readonly help: string;
}

function foreign(name: string, pattern: RegExp, as: TokenType | undefined, help: string): Foreign {
  const token = createToken({ name, pattern, line_breaks: name === "BlockComment" });
  return as === undefined ? { token, help } : { token, as, help };
}

/** In this order before the marks of JM: a longer one goes before its beginning. */
export const foreignMarks: readonly Foreign[] = [
  foreign("BlockComment", /\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?/, undefined, "a comment is `//` to the end of the line"),
  foreign("HashComment", /#[^\n]*/, undefined, "a comment is `//` to the end of the line"),
  foreign("StrictEqual", /===/, t.EqualEqual, "write `==`"),
  foreign("StrictNotEqual", /!==/, t.NotEqual, "write `!=`"),
  foreign("Power", /\*\*/, t.Caret, "a power is written `^`: `x ^ 2`"),
  foreign("AndAnd", /&&/, t.And, "write `and`"),
  foreign("OrOr", /\|\|/, t.Or, "write `or`"),
  foreign("Bang", /!(?!=)/, t.Not, "write `not`"),
  foreign("Assigned", /[-+*/%@]=(?!=)/, t.Equals, "write the whole value: `h = h + x`"),
  foreign("Walrus", /:=/, t.Equals, "write `=`"),
  foreign("FatArrow", /=>/, t.Arrow, "a result type follows `->`"),
  foreign("Ellipsis", /\.\.\./, t.DotDot, "any number of leading axes is written `..S`"),
  foreign("SingleQuoted", /'[^'\n]*'?/, t.Text, 'a text stands in double quotes: "std/vit"'),
  foreign("NotEqualSign", /≠/, t.NotEqual, "write `!=`"),
  foreign("LessEqualSign", /≤/, t.LessEqual, "write `<=`"),
  foreign("GreaterEqualSign", /≥/, t.GreaterEqual, "write `>=`"),
  foreign("TimesSign", /[×·]/, t.Star, "write `*`"),
  foreign("MinusSign", /[−–]/, t.Minus, "write `-`"),
  foreign("ArrowSign", /→/, t.Arrow, "write `->`"),
];

/** A statement of another language, and how it is read: as this keyword, without its word, or not at all. */
export interface ForeignStatement {
  readonly read?: TokenType | "skip";
  readonly help: string;
}

const foreignWords = new Map<string, ForeignStatement>([
  ["return", { read: "skip", help: "a block's last expression is its value: leave `return` out" }],
  ["const", { read: t.Let, help: "write `let`" }],
  ["val", { read: t.Let, help: "write `let`" }],
  ["mut", { read: t.Var, help: "a name that is assigned again is declared with `var`" }],
  ["def", { help: "write `fn name(x: real) -> real { ... }`" }],
  ["func", { help: "write `fn name(x: real) -> real { ... }`" }],
  ["function", { help: "write `fn name(x: real) -> real { ... }`" }],
  ["class", { help: "write `module Name(D: int) { ... }`" }],
  ["struct", { help: "write `module Name(D: int) { ... }`" }],
  ["elif", { help: "write `else if`" }],
  ["while", { help: "loops are `for name in a..b { ... }`, unrolled when compiled" }],
  ["weight", { read: t.ParamWord, help: "a weight is declared with `param`" }],
]);

/** Whether two tokens begin a statement of another language: such a word, and on its line something that may follow it. */
export function foreignStatement(token: IToken, next: IToken): ForeignStatement | undefined {
  if (token.tokenType !== t.Name || next.startLine !== token.endLine) return undefined;
  const follows = next.tokenType.CATEGORIES?.includes(t.Label) || [t.Int, t.Real, t.Text].includes(next.tokenType);
  const isOperator = next.tokenType.CATEGORIES?.includes(t.BinaryOp);
  return follows && !isOperator ? foreignWords.get(token.image) : undefined;
}
