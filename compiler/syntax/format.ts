import { DiagnosticBag } from "../diagnostics/diagnostic.ts";
import { mendBrackets } from "./brackets.ts";
import { aligned } from "./format/align.ts";
import { indented } from "./format/indent.ts";
import { rolesOf } from "./format/roles.ts";
import { rowsOf } from "./format/rows.ts";
import { written } from "./format/spacing.ts";
import { lex } from "./lexer.ts";
import { parse } from "./parser.ts";
import type { SourceFile } from "./source.ts";

/**
 * A text laid out in the canonical way. The writer's line breaks, comments and single blank lines stay; indentation,
 * spaces and the columns of neighbouring lines are set. A text with syntax errors is returned as it is.
 */
export function format(source: SourceFile): string {
  const bag = new DiagnosticBag();
  const file = parse(source, bag);
  if (bag.hasErrors) return source.text;

  const { tokens, comments } = lex(source, bag);
  const roles = rolesOf(file, tokens);
  const rows = indented(rowsOf(mendBrackets(tokens, source, bag) ?? [], comments), roles);
  return aligned(rows.map((row) => written(row, roles)));
}
