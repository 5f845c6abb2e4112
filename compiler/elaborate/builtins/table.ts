import type { Expr } from "../../syntax/ast.ts";
import type { Interpreter } from "../interpreter.ts";
import type { Scope } from "../scope.ts";
import { checkpointed } from "../checkpoint.ts";
import { tensor, type Value } from "../value.ts";
import { asTensor } from "../want.ts";
import { Arguments, type Builtin } from "./arguments.ts";
import { arrange } from "./arrange.ts";
import { elementwise } from "./elementwise.ts";
import { indexing } from "./indexing.ts";
import { reduce } from "./reduce.ts";
import { statics } from "./statics.ts";

/** What each built-in function builds. Their types are the checker's business. */
const builtins: Readonly<Record<string, Builtin>> = { ...elementwise, ...reduce, ...arrange, ...indexing, ...statics };

export const builtinNames: readonly string[] = [...Object.keys(builtins), "checkpoint"];

export function callBuiltin(it: Interpreter, name: string, call: Expr & { kind: "call" }, scope: Scope): Value {
  // Its argument's nodes are what it is about, so it sees them made.
  if (name === "checkpoint") return checkpointed(it, () => tensor(asTensor(it, it.evaluate(call.args[0]!.value, scope), call.span)));
  const builtin = builtins[name];
  if (builtin === undefined) throw new Error(`no built-in '${name}'`);
  return builtin(new Arguments(it, call, scope));
}
