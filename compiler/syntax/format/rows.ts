import type { Token } from "../lexer.ts";

/** A line of the text: its tokens, its comment, or both. */
export interface Row {
  readonly tokens: readonly Token[];
  readonly comment?: string;
  /** Whether the writer left a blank line before it. */
  readonly apart: boolean;
}

/** The lines of a text that hold anything. */
export function rowsOf(tokens: readonly Token[], comments: readonly Token[]): Row[] {
  const byLine = new Map<number, { tokens: Token[]; comment?: string }>();
  const at = (line: number) => {
    const row = byLine.get(line) ?? { tokens: [] };
    byLine.set(line, row);
    return row;
  };
  for (const token of tokens) at(token.startLine ?? 0).tokens.push(token);
  for (const comment of comments) at(comment.startLine ?? 0).comment = comment.image.trimEnd();

  let previous = 0;
  return [...byLine].sort(([a], [b]) => a - b).map(([line, row]) => {
    const apart = previous > 0 && line > previous + 1;
    previous = line;
    return { ...row, apart };
  });
}
