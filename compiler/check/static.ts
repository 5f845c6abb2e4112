import { Poly } from "../size/poly.ts";
import type { BinaryOp, Expr } from "../syntax/ast.ts";
import { innerText, sourceText, type Context } from "./context.ts";
import { asksFirst, neededClause } from "./needs.ts";
import { fixed, int, joined, plain, unknown, type Int, type Plain, type Scalar, type Type } from "./types.ts";

type BinaryExpr = Expr & { kind: "binary" };

/** Beyond these a polynomial helps nobody: it becomes an atom. */
const MOST_TERMS = 200;
const HIGHEST_POWER = 8;

/** The number a scalar certainly is. */
export function numberOf(cx: Context, scalar: Scalar): number | undefined {
  if (scalar.of === "int") return cx.facts.normal(scalar.size).constant;
  return typeof scalar.value === "number" ? scalar.value : undefined;
}

export function real(cx: Context, text: string, parts: readonly Scalar[], value?: number): Plain {
  return plain("real", value === undefined ? text : `${value}`, joined(parts.map((p) => cx.originOf(p))), value);
}

export function truth(cx: Context, text: string, parts: readonly Scalar[], value?: boolean): Plain {
  return plain("bool", text, joined(parts.map((p) => cx.originOf(p))), value);
}

/** An int that is no polynomial, like `floor(0.4*T)`: a number where its parts are, else known by its text. */
export function opaqueInt(cx: Context, text: string, parts: readonly Scalar[], value?: number): Int {
  if (value !== undefined && Number.isSafeInteger(value)) return int(value);
  return cx.opaque(text, joined(parts.map((p) => cx.originOf(p))));
}

/** In an operation's text: `a + b` → `(a + b)`. */
export function operandText(cx: Context, scalar: Scalar): string {
  const text = cx.text(scalar);
  return /^[\w.′]+$|^\w+\([^()]*\)$/.test(text) ? text : `(${text})`;
}

/** `+ - * / % ^`, comparisons, `and or` of two static scalars; undefined where the operator does not take them. */
export function scalarBinary(cx: Context, expr: BinaryExpr, a: Scalar, b: Scalar): Type | undefined {
  const { op } = expr;
  const isNumber = (s: Scalar) => s.of === "int" || s.of === "real";
  if (op === "@") return undefined;
  if (op === "and" || op === "or") return a.of === "bool" && b.of === "bool" ? logic(cx, op, a, b) : undefined;
  if (["<", "<=", ">", ">=", "==", "!="].includes(op)) {
    const comparable = (isNumber(a) && isNumber(b)) || (a.of === b.of && (op === "==" || op === "!="));
    return comparable ? comparison(cx, op, a, b) : undefined;
  }
  if (!isNumber(a) || !isNumber(b)) return undefined;
  return a.of === "int" && b.of === "int" ? intArithmetic(cx, expr, a, b) : realArithmetic(cx, op, a, b);
}

function intArithmetic(cx: Context, expr: BinaryExpr, a: Int, b: Int): Type {
  const text = () => `${operandText(cx, a)} ${expr.op} ${operandText(cx, b)}`;
  switch (expr.op) {
    case "+":
      return bounded(cx, a.size.add(b.size), text, [a, b]);
    case "-":
      return bounded(cx, a.size.sub(b.size), text, [a, b]);
    case "*":
      if (a.size.terms.size * b.size.terms.size > MOST_TERMS) return opaqueInt(cx, text(), [a, b]);
      return bounded(cx, a.size.mul(b.size), text, [a, b]);
    case "/":
      return quotient(cx, expr, a, b);
    case "%":
      return remainder(cx, expr, a, b);
    default:
      return power(cx, a, b, text());
  }
}

function bounded(cx: Context, size: Poly, text: () => string, parts: readonly Scalar[]): Int {
  return size.terms.size > MOST_TERMS ? opaqueInt(cx, text(), parts) : int(size);
}

function power(cx: Context, a: Int, b: Int, text: string): Type {
  const exponent = numberOf(cx, b);
  if (exponent === undefined || exponent < 0) return real(cx, text, [a, b]);
  const base = numberOf(cx, a);
  if (base !== undefined) return opaqueInt(cx, text, [a, b], base ** exponent);
  if (exponent > HIGHEST_POWER || a.size.terms.size > 4) return opaqueInt(cx, text, [a, b]);
  let size = Poly.constant(1);
  for (let i = 0; i < exponent; i++) size = size.mul(a.size);
  return int(size);
}

/** `int / int` is exact or an error. Quietly, for a signature at its use, it is a size by that name. */
function quotient(cx: Context, expr: BinaryExpr, a: Int, b: Int): Type {
  const exact = cx.facts.quotient(a.size, b.size);
  if (exact !== undefined) return int(exact);
  const [whole, part] = [cx.text(a), cx.text(b)];
  if (numberOf(cx, b) === 0) return cx.error("JM0227", {}, [{ span: expr.right.span, text: "this is 0" }]);
  if (!cx.quiet) {
    const never = (cx.facts.remainder(a.size, b.size) ?? 0) !== 0;
    const clause = neededClause(cx, cx.facts.normal(a.size), cx.facts.normal(b.size));
    if (!never && !asksFirst(cx, clause)) return unknown;
    const help = never ? [] : [`where it always is, say so: \`where ${clause}\``];
    return cx.error("JM0206", { whole, part, never }, [{ span: expr.span, text: never ? "never exact" : "may not be exact" }], {
      help: [...help, `\`idiv(${innerText(expr.left)}, ${innerText(expr.right)})\` rounds down, \`real(${innerText(expr.left)}) / ${sourceText(expr.right)}\` gives a real`],
    });
  }
  return cx.opaque(cx.facts.quotientName(a.size, b.size), joined([cx.originOf(a), cx.originOf(b)]));
}

function remainder(cx: Context, expr: BinaryExpr, a: Int, b: Int): Type {
  if (numberOf(cx, b) === 0) return cx.error("JM0227", {}, [{ span: expr.right.span, text: "this is 0" }]);
  const value = cx.facts.remainder(a.size, b.size);
  return opaqueInt(cx, `${operandText(cx, a)} % ${operandText(cx, b)}`, [a, b], value);
}

function realArithmetic(cx: Context, op: BinaryOp, a: Scalar, b: Scalar): Type {
  const [x, y] = [numberOf(cx, a), numberOf(cx, b)];
  const value = x === undefined || y === undefined ? undefined : compute(op, x, y);
  return real(cx, `${operandText(cx, a)} ${op} ${operandText(cx, b)}`, [a, b], value);
}

function compute(op: BinaryOp, x: number, y: number): number | undefined {
  const value = op === "+" ? x + y : op === "-" ? x - y : op === "*" ? x * y : op === "/" ? x / y : op === "%" ? x - y * Math.floor(x / y) : x ** y;
  return Number.isFinite(value) ? value : undefined;
}

function comparison(cx: Context, op: BinaryOp, a: Scalar, b: Scalar): Plain {
  const text = `${operandText(cx, a)} ${op} ${operandText(cx, b)}`;
  return truth(cx, text, [a, b], decided(cx, op, a, b));
}

function decided(cx: Context, op: BinaryOp, a: Scalar, b: Scalar): boolean | undefined {
  if (a.of === "int" && b.of === "int") {
    const difference = cx.facts.difference(a.size, b.size);
    return difference === undefined ? undefined : compare(op, difference, 0);
  }
  const [x, y] = [numberOf(cx, a), numberOf(cx, b)];
  if (x !== undefined && y !== undefined) return compare(op, x, y);
  if (a.of !== "int" && b.of !== "int" && (op === "==" || op === "!=")) {
    if (a.text === b.text) return op === "==";
    if (a.value !== undefined && b.value !== undefined) return (a.value === b.value) === (op === "==");
  }
  return undefined;
}

function compare(op: BinaryOp, x: number, y: number): boolean {
  switch (op) {
    case "<":
      return x < y;
    case "<=":
      return x <= y;
    case ">":
      return x > y;
    case ">=":
      return x >= y;
    case "!=":
      return x !== y;
    default:
      return x === y;
  }
}

function logic(cx: Context, op: "and" | "or", a: Plain, b: Plain): Plain {
  const stop = op === "or";
  const value = a.value === stop || b.value === stop ? stop : a.value === undefined || b.value === undefined ? undefined : !stop;
  return truth(cx, `${operandText(cx, a)} ${op} ${operandText(cx, b)}`, [a, b], value);
}

export function negated(cx: Context, a: Scalar): Type | undefined {
  if (a.of === "int") return int(a.size.negate());
  if (a.of !== "real") return undefined;
  const value = numberOf(cx, a);
  return real(cx, `-${operandText(cx, a)}`, [a], value === undefined ? undefined : -value);
}

export function inverted(cx: Context, a: Scalar): Plain | undefined {
  if (a.of !== "bool") return undefined;
  return truth(cx, invertedText(cx.text(a)), [a], typeof a.value === "boolean" ? !a.value : undefined);
}

/** The name of the opposite condition. */
export function invertedText(condition: string): string {
  if (condition.startsWith("not (") && condition.endsWith(")")) return condition.slice(5, -1);
  return `not (${condition})`;
}

/** A literal's type. */
export function literal(expr: Expr & { kind: "int" | "real" | "bool" | "text" }): Scalar {
  if (expr.kind === "int") return int(expr.value);
  if (expr.kind === "text") return plain("text", JSON.stringify(expr.value), fixed, expr.value);
  return plain(expr.kind, `${expr.value}`, fixed, expr.value);
}
