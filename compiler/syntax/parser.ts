import { DiagnosticBag } from "../diagnostics/diagnostic.ts";
import type { File } from "./ast.ts";
import { mendBrackets, type Place } from "./brackets.ts";
import { DocComments } from "./comments.ts";
import { withoutConsequences } from "./consequences.ts";
import { Grammar } from "./grammar-model.ts";
import { endToken, lex } from "./lexer.ts";
import type { SourceFile } from "./source.ts";
import * as t from "./tokens.ts";

const grammar = new Grammar();

/**
 * The syntax tree of a text. Never throws: every mistake is reported in the bag, and the tree holds what could be
 * read, with holes where an expression could not be and `broken` names where a declaration could not be.
 */
export function parse(source: SourceFile, bag: DiagnosticBag): File {
  const all = new DiagnosticBag();
  const file = read(source, all);
  for (const diagnostic of withoutConsequences(all.all, source)) bag.add(diagnostic);
  return file;
}

function read(source: SourceFile, bag: DiagnosticBag): File {
  const { tokens: found, comments } = lex(source, bag);
  const tokens = mendBrackets(found, source, bag) ?? [];
  const end = endToken(source);
  end.payload = { depth: 0, index: tokens.length } satisfies Place;

  const linesWithTokens = new Set(tokens.flatMap((token) => [token.startLine, token.endLine]));
  const docs = new DocComments(comments, (comment) => !linesWithTokens.has(comment.startLine));
  const first = tokens[0] ?? end;
  const doc = docs.ofFile(first.startLine ?? 0, first.tokenType !== t.Import && first !== end);
  return { ...(doc !== undefined && { doc }), ...grammar.read({ source, tokens: [...tokens, end], docs, bag }) };
}
