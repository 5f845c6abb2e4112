import * as t from "./tokens.ts";

/**
 * The grammar by which editors colour JM (TextMate format), from the language's own list of tokens. Scope names are
 * those that colour themes know.
 */
export function textmateGrammar(): object {
  const words = (types: readonly { readonly PATTERN?: unknown }[]) => types.map((type) => String(type.PATTERN)).join("|");
  const literals = [t.True, t.False];
  const operatorWords = [t.And, t.Or, t.Not];
  const keywords = t.hardKeywords.filter((type) => ![...literals, ...operatorWords].includes(type));
  const operators = t.marks.filter((mark) => mark.CATEGORIES?.includes(t.BinaryOp) || mark === t.Arrow || mark === t.Equals);
  return {
    name: "JM",
    scopeName: "source.jm",
    fileTypes: ["jm"],
    patterns: [
      { name: "comment.line.documentation.jm", match: "///.*$" },
      { name: "comment.line.double-slash.jm", match: "//.*$" },
      { name: "string.quoted.double.jm", begin: '"', end: '"|$', patterns: [{ name: "constant.character.escape.jm", match: String.raw`\\["\\nt]` }] },
      // An argument's or a parameter's name, whatever the word.
      { name: "variable.parameter.jm", match: String.raw`\b[A-Za-z_][A-Za-z0-9_]*(?=\s*:)` },
      declaration("fn", "entity.name.function.jm"),
      declaration("module|model|optimizer|average", "entity.name.type.jm"),
      { name: "constant.numeric.jm", match: `\\b(?:${patternOf(t.Real)}|${patternOf(t.Int)})` },
      { name: "constant.language.jm", match: `\\b(?:${words(literals)})\\b` },
      { name: "keyword.operator.word.jm", match: `\\b(?:${words(operatorWords)})\\b` },
      { name: "keyword.control.jm", match: `\\b(?:${words(keywords)})\\b` },
      // Soft keywords are coloured where they begin a line's declaration or stand before a name or a brace.
      { name: "keyword.other.jm", match: `\\b(?:${words(t.softKeywords)})\\b(?=\\s+[A-Za-z_"{])` },
      { name: "storage.type.jm", match: String.raw`\b(?:f32|i32|bool)(?=\[)|\b(?:int|real|bool|text)\b(?!\()` },
      { name: "entity.name.function.call.jm", match: String.raw`\b[A-Za-z_][A-Za-z0-9_]*(?=\()` },
      { name: "keyword.operator.jm", match: operators.map((mark) => escaped(mark.PATTERN as string)).sort((a, b) => b.length - a.length).join("|") },
    ],
  };
}

function declaration(word: string, name: string): object {
  return {
    match: String.raw`\b(${word})\s+([A-Za-z_][A-Za-z0-9_]*)`,
    captures: { 1: { name: "keyword.control.jm" }, 2: { name } },
  };
}

function patternOf(type: { readonly PATTERN?: unknown }): string {
  return (type.PATTERN as RegExp).source;
}

function escaped(text: string): string {
  return text.replace(/[|^*+.]/g, String.raw`\$&`);
}
