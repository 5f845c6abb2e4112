import type { Expr, FnDecl } from "../syntax/ast.ts";
import { argumentsOf } from "./arguments.ts";
import { callBuiltin } from "./builtins/table.ts";
import type { Expected, Interpreter } from "./interpreter.ts";
import { checkpointed } from "./checkpoint.ts";
import { instantiate } from "./net.ts";
import { bindSizes, bindResult } from "./unify.ts";
import { Scope } from "./scope.ts";
import { checkWhere } from "./where.ts";
import { asTensor } from "./want.ts";
import { describeValue, real, tensor, type MethodValue, type NetValue, type Value } from "./value.ts";

/** The path of a net that stands in a list, as repeated layers do. */
const IN_LIST = /\.\d+$/;

type Call = Expr & { kind: "call" };

/** `f(x)`, `net(x)`, `net.method(x)`, a built-in, or a module that becomes a net. */
export function callValue(it: Interpreter, call: Call, scope: Scope, expected?: Expected): Value {
  const callee = calleeOf(it, call.callee, scope);
  switch (callee.kind) {
    case "builtin":
      return callBuiltin(it, callee.name, call, scope);
    case "fn":
      return callFn(it, callee.decl, callee.scope, call, scope, callee.decl.name?.name ?? "fn", expected);
    case "net":
      return callNet(it, callee, call, scope, expected);
    case "method":
      return callFn(it, callee.decl, callee.net.scope, call, scope, `${callee.net.decl.name.name}.${callee.decl.name?.name ?? ""}`, expected);
    case "module":
      return instantiate(it, callee, argumentsOf(it, callee.decl.params, call.args, scope, callee.scope), "", call.span);
    default:
      throw new Error(`a call of ${describeValue(callee)} passed the checker`);
  }
}

function calleeOf(it: Interpreter, callee: Expr, scope: Scope): Value | MethodValue {
  if (callee.kind === "member") {
    const object = it.evaluate(callee.object, scope);
    if (object.kind === "net") {
      const method = object.decl.members.find((m): m is FnDecl => m.kind === "fn" && m.name?.name === callee.name.name);
      if (method !== undefined) return { kind: "method", net: object, decl: method };
    }
  }
  return it.evaluate(callee, scope);
}

function callNet(it: Interpreter, net: NetValue, call: Call, scope: Scope, expected?: Expected): Value {
  const run = (): Value => callFn(it, nameless(net), net.scope, call, scope, net.decl.name.name, expected);
  if (it.layers === "kept" || !IN_LIST.test(net.path)) return run();
  // A layer inside a layer is computed again with it: once is enough.
  it.layers = "kept";
  const result = checkpointed(it, run);
  it.layers = "recomputed";
  return result;
}

/** What calling the net itself runs. */
function nameless(net: NetValue): FnDecl {
  const found = net.decl.members.find((m): m is FnDecl => m.kind === "fn" && m.name === null);
  if (found === undefined) throw new Error(`a call of \`${net.decl.name.name}\`, which has no nameless fn, passed the checker`);
  return found;
}

function callFn(it: Interpreter, decl: FnDecl, home: Scope, call: Call, scope: Scope, name: string, expected?: Expected): Value {
  const values = argumentsOf(it, decl.params, call.args, scope, home);
  const inner = new Scope(home);
  for (const [param, value] of values) inner.declare(param, value);
  bindSizes(it, decl, values, inner, call.span);
  if (expected !== undefined) bindResult(it, decl, expected, inner);
  checkWhere(it, decl.where, inner, call.span);
  const result = it.within(name, call.span, () => it.block(decl.body, inner));
  if (decl.result.kind === "tensor-type" && result.kind === "scalar") return tensor(asTensor(it, result, call.span, decl.result.dtype));
  if (decl.result.kind === "scalar-type" && decl.result.name === "real" && result.kind === "scalar" && result.type === "int") return real(result.host);
  return result;
}
