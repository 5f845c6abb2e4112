import type { Axis, Expr, FnDecl } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { Poly } from "../size/poly.ts";
import { type Expected, type Interpreter, show } from "./interpreter.ts";
import { packName, Scope } from "./scope.ts";
import { asSize } from "./want.ts";
import { sizeValue, type Value } from "./value.ts";

/** Binds a function's size parameters from the shapes of its arguments, then checks the axes that are expressions. */
export function bindSizes(it: Interpreter, decl: FnDecl, values: ReadonlyMap<string, Value>, scope: Scope, at: Span): void {
  const pairs: { axes: readonly Axis[]; shape: readonly Poly[]; name: string }[] = [];
  for (const param of decl.params) {
    const value = values.get(param.name.name);
    if (param.type.kind === "tensor-type" && value?.kind === "tensor") {
      pairs.push({ axes: param.type.axes, shape: value.node.shape, name: param.name.name });
    }
  }
  const rest = pairs.flatMap((pair) => bindShape(pair.axes, pair.shape, scope).map((left) => ({ ...left, name: pair.name })));
  settle(it, rest, scope, at);
}

/** Binds size parameters that occur only in the result, from the shape it must have. */
export function bindResult(it: Interpreter, decl: FnDecl, expected: Expected, scope: Scope): void {
  if (decl.result.kind !== "tensor-type") return;
  const rest = bindShape(decl.result.axes, expected, scope).map((left) => ({ ...left, name: "the result" }));
  settle(it, rest, scope, decl.result.span);
}

interface Unsettled {
  readonly axis: Expr;
  readonly size: Poly;
}

/** Binds what is a bare name or a pack; gives back the axes that are expressions. */
function bindShape(axes: readonly Axis[], shape: readonly Poly[], scope: Scope): readonly Unsettled[] {
  const packAt = axes.findIndex((axis) => axis.kind === "pack");
  const packed = shape.length - (axes.length - 1);
  const rest: Unsettled[] = [];
  axes.forEach((axis, i) => {
    if (axis.kind === "pack") {
      const sizes = shape.slice(i, i + packed);
      if (scope.own(packName(axis.name.name)) === undefined) scope.declare(packName(axis.name.name), { kind: "list", items: sizes.map(sizeValue) });
      return;
    }
    const size = shape[packAt >= 0 && i > packAt ? i - 1 + packed : i];
    if (size === undefined) return;
    if (axis.kind === "name" && scope.find(axis.name) === undefined) scope.declare(axis.name, sizeValue(size));
    else rest.push({ axis, size });
  });
  return rest;
}

/** Axes that are expressions: solve for one unbound name where that is exact, then compare. */
function settle(it: Interpreter, rest: readonly (Unsettled & { name: string })[], scope: Scope, at: Span): void {
  for (const { axis, size, name } of rest) {
    const unbound = unboundNames(axis, scope);
    const [only] = unbound;
    if (only !== undefined) {
      // Linear in one name: size = a * name + b.
      const valueAt = (n: number): Poly => {
        const trial = new Scope(scope);
        trial.declare(only, sizeValue(Poly.constant(n)));
        return asSize(it, it.evaluate(axis, trial), axis.span);
      };
      const offset = valueAt(0);
      const solved = size.sub(offset).divideExact(valueAt(1).sub(offset));
      if (solved === undefined) {
        it.fail("JM0509", { what: `an axis of \`${name}\``, expected: `a value of this expression for some ${only}`, found: show(size) }, at);
      }
      scope.declare(only, sizeValue(solved));
      continue;
    }
    const wanted = asSize(it, it.evaluate(axis, scope), axis.span);
    if (!wanted.equals(size)) {
      it.fail("JM0509", { what: `an axis of \`${name}\``, expected: show(wanted), found: show(size) }, at, "", {
        also: [{ span: axis.span, text: `declared here` }],
      });
    }
  }
}

function unboundNames(expr: Expr, scope: Scope): readonly string[] {
  switch (expr.kind) {
    case "name":
      return scope.find(expr.name) === undefined ? [expr.name] : [];
    case "unary":
      return unboundNames(expr.operand, scope);
    case "binary":
      return [...new Set([...unboundNames(expr.left, scope), ...unboundNames(expr.right, scope)])];
    default:
      return [];
  }
}
