import type { Expr } from "../../syntax/ast.ts";
import type { Span } from "../../syntax/source.ts";
import type { Interpreter } from "../interpreter.ts";
import type { Scope } from "../scope.ts";
import type { Value } from "../value.ts";

/** The evaluated arguments of a built-in, by position and by name. */
export class Arguments {
  readonly it: Interpreter;
  readonly call: Expr & { kind: "call" };
  readonly positional: readonly Value[];
  readonly #named = new Map<string, { readonly value: Value; readonly span: Span }>();
  readonly #spans: readonly Span[];

  constructor(it: Interpreter, call: Expr & { kind: "call" }, scope: Scope) {
    this.it = it;
    this.call = call;
    const positional: Value[] = [];
    const spans: Span[] = [];
    for (const arg of call.args) {
      const value = it.evaluate(arg.value, scope);
      if (arg.name === undefined) {
        positional.push(value);
        spans.push(arg.value.span);
      } else {
        this.#named.set(arg.name.name, { value, span: arg.value.span });
      }
    }
    this.positional = positional;
    this.#spans = spans;
  }

  /** The argument at a position, or of that name. */
  get(position: number, name?: string): Value {
    const found = this.maybe(position, name);
    if (found === undefined) throw new Error(`the missing argument ${name ?? position} passed the checker`);
    return found;
  }

  maybe(position: number, name?: string): Value | undefined {
    return (name === undefined ? undefined : this.#named.get(name)?.value) ?? this.positional[position];
  }

  span(position: number, name?: string): Span {
    return (name === undefined ? undefined : this.#named.get(name)?.span) ?? this.#spans[position] ?? this.call.span;
  }
}

export type Builtin = (args: Arguments) => Value;
