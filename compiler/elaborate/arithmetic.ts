import type { DType, HostOp } from "@jepac/runtime/plan";
import type { BinaryOp, Expr } from "../syntax/ast.ts";
import type { Node } from "../graph/node.ts";
import type { Poly } from "../size/poly.ts";
import { hostCall } from "../graph/host-call.ts";
import { type Interpreter, show } from "./interpreter.ts";
import { asTensor } from "./want.ts";
import { bool, describeValue, hostInt, real, sizeValue, tensor, type Scalar, type Value } from "./value.ts";

type Operator = Exclude<BinaryOp, "@">;

/** The graph and host operations an operator stands for. */
const operators: Record<Operator, { readonly node: string; readonly host: HostOp; readonly truth: boolean }> = {
  "+": { node: "add", host: "add", truth: false },
  "-": { node: "sub", host: "sub", truth: false },
  "*": { node: "mul", host: "mul", truth: false },
  "/": { node: "div", host: "div", truth: false },
  "%": { node: "mod", host: "mod", truth: false },
  "^": { node: "pow", host: "pow", truth: false },
  "<": { node: "lt", host: "lt", truth: true },
  "<=": { node: "le", host: "le", truth: true },
  ">": { node: "gt", host: "gt", truth: true },
  ">=": { node: "ge", host: "ge", truth: true },
  "==": { node: "eq", host: "eq", truth: true },
  "!=": { node: "ne", host: "ne", truth: true },
  and: { node: "and", host: "and", truth: true },
  or: { node: "or", host: "or", truth: true },
};

export function unary(it: Interpreter, expr: Expr & { kind: "unary" }, value: Value): Value {
  if (value.kind === "scalar") {
    if (expr.op === "not") return bool(hostCall("not", value.host));
    if (value.size !== undefined) return sizeValue(value.size.negate());
    return { ...value, host: hostCall("neg", value.host) };
  }
  const node = asTensor(it, value, expr.span);
  return tensor(it.at(expr.span).node(expr.op === "-" ? "neg" : "not", [node]));
}

export function binary(it: Interpreter, expr: Expr & { kind: "binary" }, left: Value, right: Value): Value {
  if (expr.op === "@") return tensor(matmul(it, asTensor(it, left, expr.left.span), asTensor(it, right, expr.right.span), expr));
  if (left.kind === "text" && right.kind === "text") return bool(Number((left.text === right.text) === (expr.op === "==")));
  if (left.kind === "scalar" && right.kind === "scalar") return scalars(it, expr, expr.op, left, right);
  return tensor(elementwise(it, operators[expr.op].node, left, right, expr));
}

/** A binary operation between tensors, or a tensor and a number, with broadcasting. */
export function elementwise(it: Interpreter, op: string, left: Value, right: Value, at: Expr): Node {
  const dtype: DType = left.kind === "tensor" ? left.node.dtype : right.kind === "tensor" ? right.node.dtype : "f32";
  const a = asTensor(it, left, at.span, dtype);
  const b = asTensor(it, right, at.span, dtype);
  const shape = broadcastShape(it, a, b, at);
  return it.at(at.span).node(op, [it.g.expand(a, shape), it.g.expand(b, shape)]);
}

/** Right-aligned; an axis of size 1 stretches. */
export function broadcastShape(it: Interpreter, a: Node, b: Node, at: Expr): readonly Poly[] {
  const rank = Math.max(a.shape.length, b.shape.length);
  const shape: Poly[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a.shape[i - rank + a.shape.length];
    const y = b.shape[i - rank + b.shape.length];
    if (x === undefined || y === undefined) {
      const only = x ?? y;
      if (only !== undefined) shape.push(only);
    } else if (x.equals(y) || y.constant === 1) shape.push(x);
    else if (x.constant === 1) shape.push(y);
    else it.fail("JM0509", { what: `axis ${i - rank} of the two sides`, expected: "the same size", found: `${show(x)} and ${show(y)}` }, at.span);
  }
  return shape;
}

function matmul(it: Interpreter, a: Node, b: Node, expr: Expr): Node {
  const inner = a.shape.at(-1);
  const other = b.shape.at(-2);
  if (inner === undefined || other === undefined || !inner.equals(other)) {
    return it.fail("JM0509", { what: "the second-last axis of the right side of `@`", expected: inner?.toString() ?? "a tensor", found: other?.toString() ?? "no such axis" }, expr.span);
  }
  if (b.shape.length === 2) return it.at(expr.span).matmul(a, b);
  const batch = broadcastBatch(it, a, b, expr);
  const left = it.g.expand(a, [...batch, ...a.shape.slice(-2)]);
  const right = it.g.expand(b, [...batch, ...b.shape.slice(-2)]);
  return it.at(expr.span).matmul(left, right);
}

function broadcastBatch(it: Interpreter, a: Node, b: Node, at: Expr): readonly Poly[] {
  const heads = (node: Node): Node => ({ ...node, shape: node.shape.slice(0, -2) });
  return broadcastShape(it, heads(a), heads(b), at);
}

function scalars(it: Interpreter, expr: Expr & { kind: "binary" }, op: Operator, left: Scalar, right: Scalar): Value {
  const { host, truth } = operators[op];
  if (truth) {
    // Sizes that are equal polynomials are equal whatever their values.
    if (op === "==" && left.size !== undefined && right.size !== undefined && left.size.equals(right.size)) return bool(1);
    return bool(hostCall(host, left.host, right.host));
  }
  const ints = left.type === "int" && right.type === "int";
  if (!ints) return real(hostCall(host, left.host, right.host));
  const { size: a } = left;
  const { size: b } = right;
  if (a !== undefined && b !== undefined) {
    if (op === "+") return sizeValue(a.add(b));
    if (op === "-") return sizeValue(a.sub(b));
    if (op === "*") return sizeValue(a.mul(b));
    if (op === "/") {
      const quotient = a.divideExact(b);
      if (quotient === undefined) {
        return it.fail("JM0506", { left: show(a), right: show(b) }, expr.span, `${show(a)} divided by ${show(b)}`, {
          help: ["`idiv(a, b)` rounds down; `real(a) / b` gives a real"],
        });
      }
      return sizeValue(quotient);
    }
  }
  if (op === "/") {
    return it.fail("JM0508", { what: "an exact division of ints", found: describeValue(typeof left.host === "number" ? right : left) }, expr.span, "", {
      help: ["`idiv(a, b)` rounds down; `real(a) / b` gives a real"],
    });
  }
  return hostInt(hostCall(host, left.host, right.host));
}
