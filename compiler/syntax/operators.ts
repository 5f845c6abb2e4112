import { diagnose } from "../diagnostics/codes.ts";
import type { DiagnosticBag } from "../diagnostics/diagnostic.ts";
import type { BinaryOp, Expr } from "./ast.ts";
import { tokenSpan, type Token } from "./lexer.ts";
import { spanning, type SourceFile, type Span } from "./source.ts";

/**
 * An expression without brackets is read as one flat row (prefix operators, operand, operator, ...); this builds its
 * tree by binding strength.
 */
export type Piece = { readonly kind: "prefix" | "infix"; readonly token: Token } | { readonly kind: "operand"; readonly value: Expr };

/** Binding strengths, weakest first; all group to the left but `^`. */
const strengths: Readonly<Record<string, number>> = {
  "|>": 1, or: 2, and: 3, not: 4,
  "==": 5, "!=": 5, "<": 5, "<=": 5, ">": 5, ">=": 5,
  "+": 6, "-": 6, "*": 7, "/": 7, "%": 7, "@": 7, "^": 9,
};
const NEGATION = 8;
const COMPARISON = 5;

/** Longer rows than this are refused, so that no tree is deeper than a stack can take. */
export const LONGEST_ROW = 400;

export function buildOperators(pieces: readonly Piece[], source: SourceFile, bag: DiagnosticBag): Expr {
  return new Builder(pieces, source, bag).expression(0);
}

class Builder {
  #next = 0;
  readonly #pieces: readonly Piece[];
  readonly #source: SourceFile;
  readonly #bag: DiagnosticBag;

  constructor(pieces: readonly Piece[], source: SourceFile, bag: DiagnosticBag) {
    this.#pieces = pieces;
    this.#source = source;
    this.#bag = bag;
  }

  /** Reads operators that bind at least as strongly as `weakest`. */
  expression(weakest: number): Expr {
    let left = this.#operand();
    let compared = false;
    for (;;) {
      const piece = this.#pieces[this.#next];
      if (piece?.kind !== "infix") return left;
      const strength = strengthOf(piece.token);
      if (strength < weakest) return left;
      this.#next++;
      const right = this.expression(wordOf(piece.token) === "^" ? strength : strength + 1);
      left = compared && strength === COMPARISON ? this.#refuseChain(left, piece.token, right) : this.#join(left, piece.token, right);
      compared = strength === COMPARISON;
    }
  }

  #operand(): Expr {
    const piece = this.#pieces[this.#next++];
    if (piece === undefined || piece.kind === "infix") throw new Error("a row of operators ends with an operand");
    if (piece.kind === "operand") return piece.value;
    const op = wordOf(piece.token) === "not" ? "not" : "-";
    const operand = this.expression(op === "not" ? strengths.not! : NEGATION);
    return { kind: "unary", op, operand, span: spanning(this.#span(piece.token), operand.span) };
  }

  #join(left: Expr, token: Token, right: Expr): Expr {
    const span = spanning(left.span, right.span);
    const op = wordOf(token);
    if (op === "|>") return this.#pipe(left, right, span);
    return { kind: "binary", op: op as BinaryOp, left, right, opSpan: this.#span(token), span };
  }

  /** `x |> f(a)` is f(x, a). */
  #pipe(left: Expr, right: Expr, span: Span): Expr {
    const first = { value: left, span: left.span };
    if (right.kind === "call") return { ...right, args: [first, ...right.args], piped: true, span };
    if (right.kind === "name" || right.kind === "member") return { kind: "call", callee: right, args: [first], piped: true, span };
    if (right.kind !== "hole") this.#bag.add(diagnose("JM0017", {}, [{ span: right.span, text: "not a function or a call" }]));
    return { kind: "hole", span };
  }

  /** `a < b < c` */
  #refuseChain(left: Expr, token: Token, right: Expr): Expr {
    const help = ["write `a < b and b < c`"];
    this.#bag.add(diagnose("JM0016", {}, [{ span: this.#span(token), text: "a second comparison" }], { help }));
    return { kind: "hole", span: spanning(left.span, right.span) };
  }

  #span(token: Token): Span {
    return tokenSpan(token, this.#source);
  }
}

function strengthOf(token: Token): number {
  return strengths[wordOf(token)] ?? 0;
}

/** The operator a token is read as, which for a mark of another language is not its text. */
function wordOf(token: Token): string {
  return token.tokenType.PATTERN as string;
}
