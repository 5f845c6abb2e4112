import type { Value } from "./value.ts";

/** Names and what they stand for; inner scopes see outer ones. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #names = new Map<string, Value>();

  constructor(parent?: Scope) {
    this.#parent = parent;
  }

  find(name: string): Value | undefined {
    return this.#names.get(name) ?? this.#parent?.find(name);
  }

  /** Only what this scope itself declares: a net's members. */
  own(name: string): Value | undefined {
    return this.#names.get(name);
  }

  declare(name: string, value: Value): void {
    this.#names.set(name, value);
  }

  /** Changes a `var` where it was declared. */
  assign(name: string, value: Value): void {
    if (this.#names.has(name) || this.#parent === undefined) this.#names.set(name, value);
    else this.#parent.assign(name, value);
  }
}

/** The name under which a scope keeps the sizes that `..S` stands for: no user name can collide with it. */
export function packName(name: string): string {
  return `..${name}`;
}
