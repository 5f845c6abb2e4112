import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { textmateGrammar } from "../../../compiler/syntax/textmate.ts";
import { hardKeywords, softKeywords } from "../../../compiler/syntax/tokens.ts";

interface Pattern {
  readonly name?: string;
  readonly match?: string;
}

const grammar = textmateGrammar() as { readonly patterns: readonly Pattern[] };

test("editor/jm.tmLanguage.json is what scripts/make-editor-grammar.mjs writes", () => {
  const file = new URL("../../../editor/jm.tmLanguage.json", import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(`${JSON.stringify(grammar, undefined, 2)}\n`);
});

/** The scope of the first pattern that matches at the beginning of a text. */
function scopeAt(text: string): string | undefined {
  return grammar.patterns.find(({ match }) => match !== undefined && new RegExp(`^(?:${match})`).test(text))?.name;
}

test("every keyword is coloured as one", () => {
  for (const word of hardKeywords) expect(scopeAt(`${word.PATTERN as string} `), word.PATTERN as string).toMatch(/^(keyword|constant\.language)/);
  for (const word of softKeywords) expect(scopeAt(`${word.PATTERN as string} x`), word.PATTERN as string).toBe("keyword.other.jm");
});

test("numbers, types, operators, labels", () => {
  expect(scopeAt("1_000")).toBe("constant.numeric.jm");
  expect(scopeAt("1e-6")).toBe("constant.numeric.jm");
  expect(scopeAt("f32[B]")).toBe("storage.type.jm");
  expect(scopeAt("|> f")).toBe("keyword.operator.jm");
  expect(scopeAt("from: 1")).toBe("variable.parameter.jm");
  expect(scopeAt("/// doc")).toBe("comment.line.documentation.jm");
});
