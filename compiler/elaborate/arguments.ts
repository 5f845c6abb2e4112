import type { Arg, Param } from "../syntax/ast.ts";
import type { Interpreter } from "./interpreter.ts";
import { Scope } from "./scope.ts";
import { asTensor } from "./want.ts";
import { real, tensor, type Value } from "./value.ts";

/** Arguments by parameter name; defaults are evaluated where the parameter is declared. */
export function argumentsOf(it: Interpreter, params: readonly Param[], args: readonly Arg[], scope: Scope, home: Scope): Map<string, Value> {
  const values = new Map<string, Value>();
  let position = 0;
  for (const arg of args) {
    const name = arg.name?.name ?? params[position++]?.name.name;
    if (name !== undefined) values.set(name, it.evaluate(arg.value, scope));
  }
  const defaults = new Scope(home);
  const ordered = new Map<string, Value>();
  for (const param of params) {
    const given = values.get(param.name.name) ?? (param.fallback === undefined ? undefined : it.evaluate(param.fallback, defaults));
    if (given === undefined) throw new Error(`the missing argument \`${param.name.name}\` passed the checker`);
    const value = coerce(it, param, given);
    ordered.set(param.name.name, value);
    defaults.declare(param.name.name, value);
  }
  return ordered;
}

/** An int where a real is expected becomes real; a number where a tensor is expected becomes one without axes. */
export function coerce(it: Interpreter, param: Param, value: Value): Value {
  if (param.type.kind === "tensor-type") return value.kind === "scalar" ? tensor(asTensor(it, value, param.span, param.type.dtype)) : value;
  if (param.type.name === "real" && value.kind === "scalar" && value.type === "int") return real(value.host);
  return value;
}
