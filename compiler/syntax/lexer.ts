import { createToken, createTokenInstance, EOF, Lexer, type IToken, type TokenType } from "chevrotain";
import { diagnose } from "../diagnostics/codes.ts";
import type { DiagnosticBag } from "../diagnostics/diagnostic.ts";
import { foreignMarks } from "./foreign.ts";
import type { SourceFile, Span } from "./source.ts";
import * as t from "./tokens.ts";

export type Token = IToken;

/** Stands for a number that could not be read; the parser makes a hole of it. */
export const Unreadable = createToken({ name: "Unreadable", pattern: Lexer.NA, label: "a number" });

const TrailingPoint = createToken({ name: "TrailingPoint", pattern: /\d[\d_]*\.(?![.A-Za-z0-9_])/ });
const BadNumber = createToken({ name: "BadNumber", pattern: /\.?\d[A-Za-z0-9_]*(?:\.\d[A-Za-z0-9_]*)*/ });
/** A word with letters of other alphabets: read as a name. */
const FOREIGN = "À-ÖØ-öø-ɏͰ-ϿЀ-ӿ぀-ヿ一-鿿";
const ForeignName = createToken({ name: "ForeignName", pattern: new RegExp(`(?:[A-Za-z_][A-Za-z0-9_]*)?[${FOREIGN}][A-Za-z0-9_${FOREIGN}]*`) });
const OpenText = createToken({ name: "OpenText", pattern: /"(?:[^"\\\n]|\\[^\n])*\\?/ });

/** In the order in which they are tried. */
const vocabulary = [
  t.Space, t.Comment, t.Text, OpenText,
  ...foreignMarks.map((mark) => mark.token),
  ForeignName, ...longestFirst([...t.hardKeywords, ...t.softKeywords, ...t.patternForms]), t.Name,
  TrailingPoint, t.Real, t.Int,
  ...t.marks.filter((mark) => mark !== t.Dot), BadNumber, t.Dot,
  ...t.categories, Unreadable,
];
const lexer = new Lexer(vocabulary, { positionTracking: "full" });

/** The token types a parser may see. */
export const parserVocabulary: TokenType[] = [
  ...t.hardKeywords, ...t.softKeywords, ...t.patternForms, t.Name, t.Real, t.Int, t.Text, ...t.marks, ...t.categories, Unreadable,
];

/** So that `optimizer` is tried before `optimize`. */
function longestFirst(words: TokenType[]): TokenType[] {
  return words.toSorted((a, b) => (b.PATTERN as string).length - (a.PATTERN as string).length);
}

const foreignOf = new Map(foreignMarks.map((mark) => [mark.token, mark]));

export interface Lexed {
  readonly tokens: readonly Token[];
  readonly comments: readonly Token[];
}

/** The tokens of a text. What is not a token is reported and read as what was meant, or left out. Never throws. */
export function lex(source: SourceFile, bag: DiagnosticBag): Lexed {
  const result = lexer.tokenize(source.text);
  for (const error of result.errors) {
    const span = { source, start: error.offset, end: error.offset + error.length };
    const text = source.text.slice(span.start, span.end);
    const found = text.length > 12 ? "this" : `\`${text}\``;
    bag.add(diagnose("JM0005", { found }, [{ span, text: "not a character of any word, number or mark" }]));
  }
  const told = new Set<string>();
  const tokens = result.tokens.filter((token) => {
    if (token.tokenType !== ForeignName) return keep(token, source, bag);
    if (!told.has(token.image)) bag.add(diagnose("JM0005", { found: `\`${token.image}\`` }, [{ span: tokenSpan(token, source), text: "names are of A-Z, a-z, 0-9 and `_`" }]));
    told.add(token.image);
    retype(token, t.Name);
    return true;
  });
  return { tokens, comments: result.groups.comments ?? [] };
}

/** Reports what is wrong with one token and turns it into a right one; false: it is left out. */
function keep(token: Token, source: SourceFile, bag: DiagnosticBag): boolean {
  const span = tokenSpan(token, source);
  const foreign = foreignOf.get(token.tokenType);
  if (foreign !== undefined) {
    bag.add(diagnose("JM0008", { found: shorten(token.image) }, [{ span, text: "" }], { help: [foreign.help] }));
    if (foreign.as === undefined) return false;
    if (foreign.as === t.Text) token.image = `"${token.image.replace(/^'|'$/g, "")}"`;
    retype(token, foreign.as);
  } else if (token.tokenType === OpenText) {
    bag.add(diagnose("JM0006", {}, [{ span, text: "begins here" }]));
    token.image = `${token.image.replace(/\\$/, "")}"`;
    retype(token, t.Text);
  } else if (token.tokenType === t.Text) {
    checkEscapes(token, source, bag);
  } else if (token.tokenType === BadNumber || token.tokenType === TrailingPoint) {
    bag.add(diagnose("JM0007", { found: token.image, reason: whyBad(token.image) }, [{ span, text: "" }]));
    retype(token, Unreadable);
  } else if (token.tokenType === t.Int && !Number.isSafeInteger(Number(token.image.replaceAll("_", "")))) {
    bag.add(diagnose("JM0007", { found: token.image, reason: "integers end at 9007199254740991" }, [{ span, text: "" }]));
    retype(token, Unreadable);
  } else if (token.tokenType === t.Real && !Number.isFinite(Number(token.image.replaceAll("_", "")))) {
    bag.add(diagnose("JM0007", { found: token.image, reason: "it is larger than any f64" }, [{ span, text: "" }]));
    retype(token, Unreadable);
  }
  return true;
}

function checkEscapes(token: Token, source: SourceFile, bag: DiagnosticBag): void {
  for (const match of token.image.matchAll(/\\(.)/gs)) {
    if (/["\\nt]/.test(match[1] ?? "")) continue;
    const start = token.startOffset + match.index;
    bag.add(diagnose("JM0019", { found: match[0] }, [{ span: { source, start, end: start + match[0].length }, text: "" }]));
  }
}

function whyBad(image: string): string {
  if (image.startsWith(".")) return "a digit goes before the point";
  if (image.endsWith(".")) return "a digit goes after the point";
  if (/^0[xob]/i.test(image)) return "numbers are decimal";
  if (/^[\d.]+[eE]$/.test(image)) return "an exponent has digits";
  if (/^[\d_.]+$/.test(image) && /__|_$|_\.|\._/.test(image)) return "a `_` stands between two digits";
  if ((image.match(/\./g) ?? []).length > 1) return "it has two points";
  return "it runs into letters; a name cannot begin with a digit";
}

function shorten(text: string): string {
  const line = text.split("\n", 1)[0] ?? "";
  return line.length > 20 || line.length < text.length ? `${line.slice(0, 20)}…` : line;
}

export function retype(token: Token, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx!;
}

export function tokenSpan(token: Token, source: SourceFile): Span {
  return { source, start: token.startOffset, end: (token.endOffset ?? token.startOffset) + 1 };
}

/** A token of no width: an inserted bracket, or the end of the file. */
export function emptyToken(type: TokenType, image: string, offset: number, line: number, column: number): Token {
  return createTokenInstance(type, image, offset, offset - 1, line, line, column, column - 1);
}

export function endToken(source: SourceFile): Token {
  const trimmed = source.text.trimEnd().length;
  const lines = source.text.slice(0, trimmed).split("\n");
  return emptyToken(EOF, "", trimmed, lines.length, (lines.at(-1)?.length ?? 0) + 1);
}

/** The value of a text token, its escapes read. */
export function textValue(image: string): string {
  return image.slice(1, -1).replace(/\\(.)/gs, (_, c: string) => (c === "n" ? "\n" : c === "t" ? "\t" : c));
}
