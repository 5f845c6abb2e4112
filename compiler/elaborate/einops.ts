import type { Expr, Pattern, PatternAxis } from "../syntax/ast.ts";
import type { Node } from "../graph/node.ts";
import { Poly } from "../size/poly.ts";
import { type Interpreter, show } from "./interpreter.ts";
import type { Scope } from "./scope.ts";
import { asSize, asTensor } from "./want.ts";
import { tensor, type Value } from "./value.ts";

/** The names of a pattern's axes, groups opened; `1` has no name. */
function namesOf(axis: PatternAxis): readonly string[] {
  if (axis.kind === "axis") return [axis.name];
  return axis.kind === "one" ? [] : axis.names.map((n) => n.name);
}

function product(sizes: readonly Poly[]): Poly {
  return sizes.reduce((a, b) => a.mul(b), Poly.constant(1));
}

/** `rearrange(x, b n (h k) -> b h n k, h: 4)`; `repeat` may have new axes on the right. */
export function rearrange(it: Interpreter, expr: Expr & { kind: "rearrange" }, scope: Scope): Value {
  const node = asTensor(it, it.evaluate(expr.operand, scope), expr.operand.span);
  const sizes = new Map<string, Poly>();
  for (const arg of expr.sizes) if (arg.name !== undefined) sizes.set(arg.name.name, asSize(it, it.evaluate(arg.value, scope), arg.span));
  measure(it, expr, node, sizes);

  const size = (name: string): Poly => sizes.get(name) ?? Poly.constant(1);
  const opened = expr.from.axes.flatMap(namesOf);
  const wanted = expr.to.axes.flatMap(namesOf);
  const g = it.at(expr.span);
  const split = g.reshape(node, opened.map(size));
  const kept = wanted.filter((name) => opened.includes(name));
  const moved = g.transpose(split, kept.map((name) => opened.indexOf(name)));
  const wide = kept.length === wanted.length ? moved : g.broadcast(moved, kept.map((name) => wanted.indexOf(name)), wanted.map(size));
  return tensor(g.reshape(wide, expr.to.axes.map((axis) => product(namesOf(axis).map(size)))));
}

/** Finds every name's size from the operand's shape and the sizes given. */
function measure(it: Interpreter, expr: Expr & { kind: "rearrange" }, node: Node, sizes: Map<string, Poly>): void {
  expr.from.axes.forEach((axis, i) => {
    const whole = node.shape[i];
    if (whole === undefined) return;
    const names = namesOf(axis);
    const unknown = names.filter((name) => !sizes.has(name));
    const known = product(names.flatMap((name) => sizes.get(name) ?? []));
    const [missing] = unknown;
    if (missing !== undefined) {
      const quotient = whole.divideExact(known);
      if (quotient === undefined) {
        it.fail("JM0512", { message: `an axis of ${show(whole)} cannot be split by ${show(known)}` }, axis.span, `${show(whole)} is not a multiple of ${show(known)}`);
      }
      sizes.set(missing, quotient);
    } else if (!known.equals(whole)) {
      it.fail("JM0512", { message: `this axis should be ${show(known)}, but it is ${show(whole)}` }, axis.span, `${show(whole)} here`);
    }
  });
  for (const [name, size] of sizes) {
    if (it.range(size).min < 1) it.fail("JM0510", { name: `axis \`${name}\``, size: show(size) }, expr.span);
  }
}

/** `einsum(b n k, b m k -> b n m; q, k)`: one or two operands. */
export function einsum(it: Interpreter, expr: Expr & { kind: "einsum" }, scope: Scope): Value {
  const operands = expr.operands.map((e) => asTensor(it, it.evaluate(e, scope), e.span));
  const sizes = new Map<string, Poly>();
  const inputs = expr.inputs.map((pattern) => pattern.axes.flatMap(namesOf));
  inputs.forEach((names, i) => {
    names.forEach((name, axis) => {
      const size = operands[i]?.shape[axis];
      if (size === undefined) return;
      const known = sizes.get(name);
      if (known !== undefined && !known.equals(size)) {
        const at: Pattern | undefined = expr.inputs[i];
        it.fail("JM0512", { message: `axis \`${name}\` is ${show(known)} in one operand and ${show(size)} in another` }, at?.span ?? expr.span);
      }
      sizes.set(name, size);
    });
  });
  const out = expr.output.axes.flatMap(namesOf);
  const g = it.at(expr.span);
  const [a, b] = operands;
  const [namesA, namesB] = inputs;
  if (a === undefined || namesA === undefined) throw new Error("an einsum of nothing passed the checker");
  if (b === undefined || namesB === undefined) {
    const kept = namesA.filter((name) => out.includes(name));
    const summed = g.sum(a, namesA.flatMap((name, i) => (out.includes(name) ? [] : [i])));
    return tensor(g.transpose(summed, out.map((name) => kept.indexOf(name))));
  }
  // Sum what only one side has, then one batched matrix product.
  const only = (names: readonly string[], other: readonly string[]): readonly string[] => names.filter((n) => out.includes(n) || other.includes(n));
  const left = only(namesA, namesB);
  const right = only(namesB, namesA);
  const x = g.sum(a, namesA.flatMap((n, i) => (left.includes(n) ? [] : [i])));
  const y = g.sum(b, namesB.flatMap((n, i) => (right.includes(n) ? [] : [i])));
  const batch = left.filter((n) => right.includes(n) && out.includes(n));
  const inner = left.filter((n) => right.includes(n) && !out.includes(n));
  const rows = left.filter((n) => !right.includes(n));
  const cols = right.filter((n) => !left.includes(n));
  const all = (names: readonly string[]): Poly => product(names.map((n) => sizes.get(n) ?? Poly.constant(1)));
  const batchSizes = batch.map((n) => sizes.get(n) ?? Poly.constant(1));
  const order = (node: Node, from: readonly string[], groups: readonly (readonly string[])[]): Node =>
    g.reshape(g.transpose(node, [...batch, ...groups.flat()].map((n) => from.indexOf(n))), [...batchSizes, ...groups.map(all)]);
  const made = g.matmul(order(x, left, [rows, inner]), order(y, right, [inner, cols]));
  const names = [...batch, ...rows, ...cols];
  const open = g.reshape(made, names.map((n) => sizes.get(n) ?? Poly.constant(1)));
  return tensor(g.transpose(open, out.map((n) => names.indexOf(n))));
}
