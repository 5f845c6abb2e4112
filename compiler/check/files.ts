import type { Item } from "../syntax/ast.ts";
import { itemName, type Declared, type Unit } from "../program/program.ts";
import { Facts } from "../size/facts.ts";
import { Context, type Session } from "./context.ts";
import { defineFn } from "./fn.ts";
import { defineModule } from "./module.ts";
import { checkRule } from "./rule.ts";
import { bound, once, Scope, type Binding } from "./scope.ts";
import { unknown, type Type } from "./types.ts";

/** What names at file level mean, each item once, whoever asks. */
export class Files {
  readonly #session: Session;
  readonly #scopes = new Map<Unit, Scope>();
  readonly #bindings = new Map<Item, Binding>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Where a file's bodies stand: it sees its own items, its imports, and the prelude. */
  context(unit: Unit): Context {
    return new Context({
      session: this.#session,
      scope: this.scope(unit),
      facts: Facts.none,
      origins: new Map(),
      assumed: new Set(),
      asked: new Set(),
      quiet: false,
      makesNets: false,
      body: undefined,
    });
  }

  scope(unit: Unit): Scope {
    const known = this.#scopes.get(unit);
    if (known !== undefined) return known;
    const scope = new Scope();
    this.#scopes.set(unit, scope);
    for (const name of unit.broken) scope.define(name, bound("name", unknown));
    const imported = new Map(unit.file.imports.flatMap((i) => i.names).map((name) => [name.name, name]));
    for (const [name, declared] of unit.scope) {
      const ident = imported.get(name);
      const use = ident === undefined ? {} : { use: this.#session.useOf(ident, "import") };
      scope.define(name, { ...this.binding(declared), ...use });
    }
    return scope;
  }

  binding(declared: Declared): Binding {
    const known = this.#bindings.get(declared.item);
    if (known !== undefined) return known;
    const { item } = declared;
    const name = item.name;
    const binding: Binding = { what: item.kind, type: this.#typeOf(declared), ...(name === null ? {} : { span: name.span }) };
    this.#bindings.set(item, binding);
    return binding;
  }

  #typeOf({ item, unit }: Declared): () => Type {
    const cx = () => this.context(unit);
    switch (item.kind) {
      case "fn": {
        const definition = defineFn(item, itemName(item) ?? "this function", cx);
        return once<Type>(() => ({ kind: "fn", definition, scope: this.scope(unit) }), () => unknown);
      }
      case "module": {
        const definition = defineModule(item, cx);
        return () => ({ kind: "module", definition, decl: item });
      }
      case "rule": {
        const limits = once(() => checkRule(item, cx()), () => new Map());
        return () => ({ kind: "rule", decl: item, scope: this.scope(unit), limits });
      }
      case "model":
        return () => ({ kind: "model", name: item.name.name });
      case "let":
        return once<Type>(
          () => cx().expr(item.value),
          () => cx().error("JM0311", { name: item.name.name }, [{ span: item.name.span, text: "needs itself" }]),
        );
    }
  }
}
