import type { Block, Expr, Stmt } from "../syntax/ast.ts";
import { Poly } from "../size/poly.ts";
import { binary, unary } from "./arithmetic.ts";
import { callValue } from "./call.ts";
import { einsum, rearrange } from "./einops.ts";
import { indexValue } from "./indexing.ts";
import type { Expected, Interpreter } from "./interpreter.ts";
import { packName, Scope } from "./scope.ts";
import { asScalar, asStatic } from "./want.ts";
import { describeValue, int, real, bool, tensor, type Value } from "./value.ts";
import { hostCall } from "../graph/host-call.ts";

/** The value of an expression. */
export function evaluate(it: Interpreter, expr: Expr, scope: Scope, expected?: Expected): Value {
  switch (expr.kind) {
    case "int":
      return int(expr.value);
    case "real":
      return real(expr.value);
    case "bool":
      return bool(Number(expr.value));
    case "text":
      return { kind: "text", text: expr.value };
    case "name": {
      const value = scope.find(expr.name);
      if (value === undefined) it.fail("JM0511", { name: expr.name }, expr.span, "not there");
      return value;
    }
    case "unary":
      return unary(it, expr, evaluate(it, expr.operand, scope));
    case "binary":
      return binary(it, expr, evaluate(it, expr.left, scope), evaluate(it, expr.right, scope));
    case "range":
      throw new Error("a range outside a loop passed the checker");
    case "list":
      return {
        kind: "list",
        items: expr.items.flatMap((item): readonly Value[] => {
          if (item.kind !== "pack") return [evaluate(it, item, scope)];
          const pack = scope.find(packName(item.name.name));
          return pack?.kind === "list" ? pack.items : [];
        }),
      };
    case "list-for":
      return {
        kind: "list",
        items: elements(it, expr.over, scope).map((element) => {
          const inner = new Scope(scope);
          inner.declare(expr.name.name, element);
          return evaluate(it, expr.item, inner);
        }),
      };
    case "call":
      return callValue(it, expr, scope, expected);
    case "member": {
      const object = evaluate(it, expr.object, scope);
      if (object.kind !== "net") throw new Error(`a member of ${describeValue(object)} passed the checker`);
      const own = object.scope.own(expr.name.name);
      if (own !== undefined) return own;
      return it.fail("JM0511", { name: expr.name.name }, expr.name.span, "not there");
    }
    case "index":
      return indexValue(it, expr, evaluate(it, expr.object, scope), scope);
    case "if":
      return conditional(it, expr, scope);
    case "rearrange":
      return rearrange(it, expr, scope);
    case "einsum":
      return einsum(it, expr, scope);
    case "hole":
      throw new Error("a program with syntax errors was elaborated");
  }
}

function conditional(it: Interpreter, expr: Expr & { kind: "if" }, scope: Scope): Value {
  const condition = asScalar(it, evaluate(it, expr.condition, scope), expr.condition.span);
  if (typeof condition.host === "number") {
    return evaluateBlock(it, condition.host !== 0 ? expr.then : expr.otherwise, scope);
  }
  // Changes from step to step: both branches are scalars, the host chooses.
  const a = evaluateBlock(it, expr.then, scope);
  const b = evaluateBlock(it, expr.otherwise, scope);
  if (a.kind !== "scalar" || b.kind !== "scalar") {
    return it.fail("JM0508", { what: "the condition of an `if` between tensors", found: describeValue(condition) }, expr.condition.span, "changes from step to step", {
      help: ["use `where(condition, a, b)`, which chooses element by element"],
    });
  }
  return { kind: "scalar", type: a.type === b.type ? a.type : "real", host: hostCall("select", condition.host, a.host, b.host) };
}

export function evaluateBlock(it: Interpreter, block: Block, scope: Scope): Value {
  const inner = new Scope(scope);
  execute(it, block.stmts, inner);
  if (block.value === undefined) throw new Error("a block without a value passed the checker");
  return evaluate(it, block.value, inner);
}

/** What `minimize` and `report` do, where they are allowed. */
export interface TrainSink {
  minimize(value: Value, stmt: Stmt): void;
  report(name: string, value: Value, stmt: Stmt): void;
}

export function execute(it: Interpreter, stmts: readonly Stmt[], scope: Scope, sink?: TrainSink): void {
  for (const stmt of stmts) {
    switch (stmt.kind) {
      case "bind":
        bind(it, stmt, scope);
        break;
      case "assign":
        scope.assign(stmt.name.name, evaluate(it, stmt.value, scope));
        break;
      case "for":
        for (const element of elements(it, stmt.over, scope)) {
          const inner = new Scope(scope);
          inner.declare(stmt.name.name, element);
          execute(it, stmt.body, inner, sink);
        }
        break;
      case "if-stmt": {
        const condition = asScalar(it, evaluate(it, stmt.condition, scope), stmt.condition.span);
        if (typeof condition.host !== "number") {
          it.fail("JM0508", { what: "the condition of an `if`", found: describeValue(condition) }, stmt.condition.span, "changes from step to step");
        }
        execute(it, condition.host !== 0 ? stmt.then : stmt.otherwise, new Scope(scope), sink);
        break;
      }
      case "minimize":
        sink?.minimize(evaluate(it, stmt.value, scope), stmt);
        break;
      case "report":
        sink?.report(stmt.name.name, evaluate(it, stmt.value, scope), stmt);
        break;
    }
  }
}

function bind(it: Interpreter, stmt: Stmt & { kind: "bind" }, scope: Scope): void {
  const value = evaluate(it, stmt.value, scope);
  const [first] = stmt.names;
  if (!stmt.list) {
    if (first !== undefined) scope.declare(first.name, value);
    return;
  }
  const parts = takeApart(it, stmt, value);
  stmt.names.forEach((name, i) => {
    const part = parts[i];
    if (part !== undefined) scope.declare(name.name, part);
  });
}

/** `let [q, k, v] = e`: the slices of the first axis, or the items of a list. */
function takeApart(it: Interpreter, stmt: Stmt & { kind: "bind" }, value: Value): readonly Value[] {
  const wanted = stmt.names.length;
  if (value.kind === "list" && value.items.length === wanted) return value.items;
  if (value.kind !== "tensor" || value.node.shape[0]?.constant !== wanted) {
    const found = value.kind === "tensor" ? `an axis of ${value.node.shape[0]?.toString() ?? "no size"}` : describeValue(value);
    return it.fail("JM0509", { what: `what is taken apart into ${wanted} names`, expected: `${wanted} long`, found }, stmt.value.span);
  }
  const { node } = value;
  const rest = node.shape.slice(1);
  return stmt.names.map((_, i) => {
    const starts = node.shape.map((__, axis) => Poly.constant(axis === 0 ? i : 0));
    return tensor(it.g.reshape(it.g.slice(node, starts, [Poly.constant(1), ...rest]), rest));
  });
}

/** Loops unroll: more turns than any network has layers would only fill the memory. */
const MOST_TURNS = 1_000;

/** What a loop runs over: the ints of a range, or the items of a list. */
function elements(it: Interpreter, over: Expr, scope: Scope): readonly Value[] {
  if (over.kind === "range") {
    const low = asStatic(it, evaluate(it, over.low, scope), over.low.span, "a loop bound");
    const high = asStatic(it, evaluate(it, over.high, scope), over.high.span, "a loop bound");
    if (high - low > MOST_TURNS) {
      const message = `this loop takes ${(high - low).toLocaleString("en-US")} turns, and at most ${MOST_TURNS.toLocaleString("en-US")} are unrolled`;
      it.fail("JM0512", { message }, over.span);
    }
    return Array.from({ length: Math.max(0, high - low) }, (_, i) => int(low + i));
  }
  const value = evaluate(it, over, scope);
  if (value.kind === "list") return value.items;
  asScalar(it, value, over.span);
  throw new Error("a loop over something else than a list passed the checker");
}
