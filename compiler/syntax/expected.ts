import { EOF, tokenMatcher, type IParserErrorMessageProvider, type IRecognitionException, type TokenType } from "chevrotain";
import { diagnose } from "../diagnostics/codes.ts";
import type { Diagnostic, Label } from "../diagnostics/diagnostic.ts";
import { tokenSpan, type Token } from "./lexer.ts";
import type { SourceFile } from "./source.ts";
import * as t from "./tokens.ts";

/** What was expected and what was found, in plain words. */

/** Makes the message of a parser's exception the words for what it expected; `unexpected` completes the sentence. */
export const expectedWords: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => typeWords(expected),
  buildNoViableAltMessage: ({ customUserDescription }) => customUserDescription ?? "something else",
  buildEarlyExitMessage: ({ customUserDescription }) => customUserDescription ?? "at least one more",
  buildNotAllInputParsedMessage: () => "the end of the file",
};

function typeWords(type: TokenType): string {
  return type.LABEL ?? type.name;
}

export function foundWords(token: Token): string {
  if (token.tokenType === EOF) return "the end of the file";
  if (token.tokenType === t.Name) return `\`${token.image}\``;
  if (token.tokenType === t.Text) return token.image.length > 30 ? "a text" : `the text ${token.image}`;
  if (token.tokenType === t.Int || token.tokenType === t.Real) return `the number \`${token.image}\``;
  const isKeyword = t.hardKeywords.includes(token.tokenType);
  return isKeyword ? `the keyword \`${token.image}\`` : `\`${token.image}\``;
}

/** The diagnostic for a place where the grammar cannot go on. */
export function unexpected(error: Pick<IRecognitionException, "message" | "token">, previous: Token, source: SourceFile): Diagnostic {
  const { message: expected, token } = error;
  const labels: Label[] = [{ span: tokenSpan(token, source), text: expected.length < 40 ? `expected ${expected}` : "" }];
  const onLaterLine = (previous.endLine ?? Infinity) < (token.startLine ?? 0);
  if (onLaterLine && token.tokenType !== EOF) labels.push({ span: tokenSpan(previous, source), text: "after this" });
  return diagnose("JM0001", { expected, found: foundWords(token) }, labels, { help: hints(expected, token, previous) });
}

/** Help for a few well-known slips. */
function hints(expected: string, found: Token, previous: Token): string[] {
  const isA = (type: TokenType) => tokenMatcher(found, type);
  if (isA(t.Colon) && expected.includes("`{`")) return ["a block stands in braces: `{ ... }`"];
  if (isA(t.Equals) && expected.includes("`{`")) return ["to compare, write `==`"];
  if (isA(t.Arrow) && expected.includes("an expression")) return ["an axis pattern stands only in `rearrange`, `repeat` and `einsum`"];
  if (isA(t.DotDot)) return ["a range `a..b` stands only after `in`"];
  if (isA(t.Colon) && expected.includes("`->`")) return ["the result type follows `->`"];
  if (expected === "a type" && isA(t.AnyName)) return ["types are `int`, `real`, `bool`, `text`, and tensors such as `f32[B, N]`"];
  if (expected.includes("`:`") && previous.tokenType === t.Name) return [`every parameter has a type: \`${previous.image}: real\``];
  return [];
}
