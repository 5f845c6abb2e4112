import { createToken, Lexer, type TokenType } from "chevrotain";

/** The words and marks of JM: the one list that the lexer, the messages and the editor's grammar are made from. */

/** A name, or a soft keyword where a name is meant. */
export const AnyName = createToken({ name: "AnyName", pattern: Lexer.NA, label: "a name" });
/** `-` and `not` before an operand. */
export const PrefixOp = createToken({ name: "PrefixOp", pattern: Lexer.NA, label: "an operator" });
/** An operator between two operands. */
export const BinaryOp = createToken({ name: "BinaryOp", pattern: Lexer.NA, label: "an operator" });
/** What may stand before the `:` of an argument: any word at all. */
export const Label = createToken({ name: "Label", pattern: Lexer.NA, label: "an argument's name" });

export const Name = createToken({ name: "Name", pattern: /[A-Za-z_][A-Za-z0-9_]*/, label: "a name", categories: [AnyName, Label] });

function word(text: string, ...categories: TokenType[]): TokenType {
  const name = text.charAt(0).toUpperCase() + text.slice(1);
  return createToken({ name, pattern: text, label: `\`${text}\``, longer_alt: Name, categories: [Label, ...categories] });
}

function mark(name: string, text: string, ...categories: TokenType[]): TokenType {
  return createToken({ name, pattern: text, label: `\`${text}\``, categories });
}

// ------------------------------------------------------------- words

export const Import = word("import");
export const Module = word("module");
export const Model = word("model");
export const Fn = word("fn");
export const Export = word("export");
export const Let = word("let");
export const Var = word("var");
export const Net = word("net");
export const ParamWord = word("param");
export const Train = word("train");
export const Minimize = word("minimize");
export const Optimize = word("optimize");
export const Optimizer = word("optimizer");
export const Average = word("average");
export const If = word("if");
export const Else = word("else");
export const For = word("for");
export const True = word("true");
export const False = word("false");
export const And = word("and", BinaryOp);
export const Or = word("or", BinaryOp);
export const Not = word("not", PrefixOp);

// Soft keywords mean something in one place only; elsewhere they are ordinary names (`in: int`, `dim / 2`).
export const From = word("from", AnyName);
export const With = word("with", AnyName);
export const By = word("by", AnyName);
export const In = word("in", AnyName);
export const Where = word("where", AnyName);
export const Config = word("config", AnyName);
export const Dim = word("dim", AnyName);
export const Input = word("input", AnyName);
export const Preset = word("preset", AnyName);
export const State = word("state", AnyName);
export const Update = word("update", AnyName);
export const Report = word("report", AnyName);
/** These two and `einsum` take an axis pattern when a `(` follows. */
export const Rearrange = word("rearrange", AnyName);
export const Repeat = word("repeat", AnyName);
export const Einsum = word("einsum", AnyName);

export const hardKeywords: readonly TokenType[] = [
  Import, Module, Model, Fn, Export, Let, Var, Net, ParamWord, Train, Minimize, Optimize, Optimizer, Average,
  If, Else, For, True, False, And, Or, Not,
];
export const softKeywords: readonly TokenType[] = [From, With, By, In, Where, Config, Dim, Input, Preset, State, Update, Report];
export const patternForms: readonly TokenType[] = [Rearrange, Repeat, Einsum];

// ------------------------------------------------------------- literals

/** Refused to letters, digits and a further fraction, so that `12ab` and `1.2.3` are one bad number, not two tokens. */
const END = String.raw`(?![A-Za-z0-9_]|\.\d)`;
const DIGITS = String.raw`\d+(?:_\d+)*`;
export const Real = createToken({
  name: "Real",
  pattern: new RegExp(`${DIGITS}(?:\\.${DIGITS}(?:[eE][+-]?\\d+)?|[eE][+-]?\\d+)${END}`),
  label: "a number",
});
export const Int = createToken({ name: "Int", pattern: new RegExp(DIGITS + END), label: "an integer" });
export const Text = createToken({ name: "Text", pattern: /"(?:[^"\\\n]|\\[^\n])*"/, label: "a text" });

// ------------------------------------------------------------- marks

export const PipeInto = mark("PipeInto", "|>", BinaryOp);
export const Arrow = mark("Arrow", "->");
export const EqualEqual = mark("EqualEqual", "==", BinaryOp);
export const NotEqual = mark("NotEqual", "!=", BinaryOp);
export const LessEqual = mark("LessEqual", "<=", BinaryOp);
export const GreaterEqual = mark("GreaterEqual", ">=", BinaryOp);
export const Less = mark("Less", "<", BinaryOp);
export const Greater = mark("Greater", ">", BinaryOp);
export const Equals = mark("Equals", "=");
export const Plus = mark("Plus", "+", BinaryOp);
export const Minus = mark("Minus", "-", BinaryOp, PrefixOp);
export const Star = mark("Star", "*", BinaryOp);
export const Slash = mark("Slash", "/", BinaryOp);
export const Percent = mark("Percent", "%", BinaryOp);
export const Caret = mark("Caret", "^", BinaryOp);
export const At = mark("At", "@", BinaryOp);
export const DotDot = mark("DotDot", "..");
export const Dot = mark("Dot", ".");
export const Comma = mark("Comma", ",");
export const Colon = mark("Colon", ":");
export const Semicolon = mark("Semicolon", ";");
export const LParen = mark("LParen", "(");
export const RParen = mark("RParen", ")");
export const LBracket = mark("LBracket", "[");
export const RBracket = mark("RBracket", "]");
export const LBrace = mark("LBrace", "{");
export const RBrace = mark("RBrace", "}");

export const marks: readonly TokenType[] = [
  PipeInto, Arrow, EqualEqual, NotEqual, LessEqual, GreaterEqual, Less, Greater, Equals, Plus, Minus, Star, Slash, Percent,
  Caret, At, DotDot, Dot, Comma, Colon, Semicolon, LParen, RParen, LBracket, RBracket, LBrace, RBrace,
];

// ------------------------------------------------------------- between tokens

export const Space = createToken({ name: "Space", pattern: /\s+/, group: Lexer.SKIPPED, line_breaks: true });
export const Comment = createToken({ name: "Comment", pattern: /\/\/[^\n]*/, group: "comments" });

export const categories: readonly TokenType[] = [AnyName, PrefixOp, BinaryOp, Label];
