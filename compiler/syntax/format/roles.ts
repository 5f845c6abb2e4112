import type { File } from "../ast.ts";
import type { Token } from "../lexer.ts";
import type { Span } from "../source.ts";
import * as t from "../tokens.ts";

/** What the tree says of tokens, by the offset at which they begin. */
export interface Roles {
  /** First tokens of declarations, members, statements, settings and blocks' values, with the kind of each. */
  readonly entries: ReadonlyMap<number, string>;
  /** Words that are names here, though some are keywords elsewhere: what a `(` or `[` may follow without a space. */
  readonly names: ReadonlySet<number>;
  /** The `(` of axis groups in patterns. */
  readonly groups: ReadonlySet<number>;
}

const entryKinds = new Set([
  "import", "fn", "module", "model", "rule", "let", "net", "weight", "member-if", "config", "dim", "input", "preset", "train",
  "optimize", "bind", "assign", "for", "if-stmt", "minimize", "report",
]);

export function rolesOf(file: File, tokens: readonly Token[]): Roles {
  const entries = new Map<number, string>();
  const names = new Set<number>();
  const groups = new Set<number>();

  const visit = (node: unknown, key: string): void => {
    if (Array.isArray(node)) {
      for (const item of node) visit(item, key);
      return;
    }
    if (!isNode(node)) {
      if (typeof node === "object" && node !== null) for (const [childKey, child] of Object.entries(node)) visit(child, childKey);
      return;
    }
    const { kind, span, name } = node;
    if (kind !== undefined && entryKinds.has(kind)) entries.set(span.start, kind);
    if (key === "settings" || key === "states") entries.set(span.start, key);
    if (typeof name === "string" || kind === "tensor-type" || kind === "rearrange" || kind === "einsum") names.add(span.start);
    if (kind === "group") groups.add(span.start);
    if (isBraced(node) && isNode(node.value)) entries.set(node.value.span.start, "value");
    for (const [childKey, child] of Object.entries(node)) if (!isSpan(childKey)) visit(child, childKey);
  };
  visit([file.imports, file.items], "file");

  for (const [i, token] of tokens.entries()) {
    if (tokens[i - 1]?.tokenType === t.Else) entries.delete(token.startOffset);
    if (token.tokenType === t.Update && tokens[i + 2]?.tokenType === t.By) entries.set(token.startOffset, "update");
  }
  return { entries, names, groups };
}

interface TreeNode {
  readonly kind?: string;
  readonly name?: unknown;
  readonly value?: unknown;
  readonly stmts?: unknown;
  readonly span: Span;
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === "object" && value !== null && "span" in value;
}

function isSpan(key: string): boolean {
  return key === "span" || key.endsWith("Span");
}

/** Whether a node is a block written in braces, not the expression after a `=`. */
function isBraced(node: TreeNode): boolean {
  return node.stmts !== undefined && node.span.source.text[node.span.start] === "{";
}
