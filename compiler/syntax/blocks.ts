import { diagnose } from "../diagnostics/codes.ts";
import type { DiagnosticBag } from "../diagnostics/diagnostic.ts";
import type { Block, Expr, Stmt } from "./ast.ts";
import type { Span } from "./source.ts";

/**
 * A block as it is read, before it is known whether it is used for its value. An expression, or an `if`, may be the
 * block's value (last in a function's body) or a statement.
 */
export interface RawBlock {
  readonly entries: readonly RawEntry[];
  readonly span: Span;
}

export type RawEntry =
  | { readonly kind: "stmt"; readonly stmt: Stmt }
  | { readonly kind: "value"; readonly value: Expr }
  | { readonly kind: "choice"; readonly choice: RawIf };

/** `if c { } else if d { } else { }` */
export interface RawIf {
  readonly arms: readonly { readonly condition: Expr; readonly block: RawBlock; readonly span: Span }[];
  readonly otherwise?: RawBlock;
  /** The word `if`. */
  readonly word: Span;
  readonly span: Span;
}

/** A block used for its value. */
export function valued(block: RawBlock, bag: DiagnosticBag): Block {
  const last = block.entries.at(-1);
  const hasValue = last !== undefined && !isStatement(last);
  const stmts = statements(hasValue ? block.entries.slice(0, -1) : block.entries, bag);
  if (hasValue && last.kind === "value") return { stmts, value: last.value, span: block.span };
  if (hasValue && last.kind === "choice") return { stmts, value: choose(last.choice, bag), span: block.span };
  const end = { source: block.span.source, start: Math.max(block.span.end - 1, block.span.start), end: block.span.end };
  const help = last === undefined ? [] : ["a block ends with an expression; there is no `return`"];
  if (!hasHole(last)) bag.add(diagnose("JM0013", {}, [{ span: end, text: "a value is expected before this" }], { help }));
  return { stmts, value: { kind: "hole", span: end }, span: block.span };
}

/** Whether an entry can only be a statement: an `if` is one if no branch of it ends with a value. */
function isStatement(entry: RawEntry): boolean {
  if (entry.kind !== "choice") return entry.kind === "stmt";
  const branches = [...entry.choice.arms.map((arm) => arm.block), ...(entry.choice.otherwise ? [entry.choice.otherwise] : [])];
  return branches.every(({ entries }) => entries.length > 0 && isStatement(entries.at(-1)!));
}

/** A block used for what its statements do. */
export function unvalued(block: RawBlock, bag: DiagnosticBag): readonly Stmt[] {
  return statements(block.entries, bag);
}

/** An `if` used for its value. */
export function choose(raw: RawIf, bag: DiagnosticBag): Expr {
  const last = raw.arms.at(-1)?.span ?? raw.span;
  let otherwise: Block;
  if (raw.otherwise) {
    otherwise = valued(raw.otherwise, bag);
  } else {
    bag.add(diagnose("JM0012", {}, [{ span: raw.word, text: "" }], { help: ["add `else { ... }` with the value of the other case"] }));
    otherwise = { stmts: [], value: { kind: "hole", span: last }, span: last };
  }
  for (const { condition, block, span } of raw.arms.toReversed()) {
    const value: Expr = { kind: "if", condition, then: valued(block, bag), otherwise, span: { ...span, end: raw.span.end } };
    otherwise = { stmts: [], value, span: value.span };
  }
  return otherwise.value!;
}

function statements(entries: readonly RawEntry[], bag: DiagnosticBag): Stmt[] {
  return entries.flatMap((entry) => {
    if (entry.kind === "stmt") return [entry.stmt];
    if (entry.kind === "choice") return [perform(entry.choice, bag)];
    if (entry.value.kind !== "hole") {
      bag.add(diagnose("JM0014", {}, [{ span: entry.value.span, text: "nothing uses this" }], { help: unusedHelp(entry.value) }));
    }
    return [];
  });
}

function unusedHelp(value: Expr): string[] {
  if (value.kind === "binary" && value.op === "==" && value.left.kind === "name") return [`to assign, write \`${value.left.name} = ...\``];
  return ["give it a name with `let`, or leave it out"];
}

/** An `if` used as a statement. */
function perform(raw: RawIf, bag: DiagnosticBag): Stmt {
  let otherwise = raw.otherwise ? unvalued(raw.otherwise, bag) : [];
  for (const { condition, block, span } of raw.arms.toReversed()) {
    const then = unvalued(block, bag);
    otherwise = [{ kind: "if-stmt", condition, then, otherwise, span: { ...span, end: raw.span.end } }];
  }
  return otherwise[0]!;
}

/** A last statement that could not be read may have been the value: nothing more is said of it. */
function hasHole(entry: RawEntry | undefined): boolean {
  return entry?.kind === "stmt" && "value" in entry.stmt && entry.stmt.value.kind === "hole";
}
