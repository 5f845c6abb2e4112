import type { Expr, Ident } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import type { Poly } from "../size/poly.ts";
import type { Type } from "./types.ts";

/** A name that somebody wrote, and whether it was read. */
export interface Use {
  readonly name: Ident;
  read: boolean;
}

/** A member of a module or model: usable by those after it. */
export interface Announced {
  readonly kind: "let" | "net" | "weight" | "config" | "dim" | "input";
  readonly name: Ident;
}

/** What a name stands for. */
export interface Binding {
  /** For messages: "parameter", "let", "net", ... */
  readonly what: string;
  /** Found when first asked for: file-level names may be declared in any order. */
  readonly type: () => Type;
  readonly span?: Span | undefined;
  /** Declared by `var`. */
  readonly mutable?: boolean;
  /** What it was bound to, for hints. */
  readonly value?: Expr;
  /** Noted when the name is read, for the warning about those that never are. */
  readonly use?: Use;
  /** The static conditions under which a module has this member. */
  readonly needs?: readonly string[];
}

/** Names in nested blocks; the outermost scope is a file's. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly #names = new Map<string, Binding>();
  readonly #announced = new Map<string, Announced>();
  /** Names of size atoms introduced here: a shadowing name gets another atom. */
  readonly #atoms = new Set<string>();

  constructor(parent?: Scope) {
    this.parent = parent;
  }

  define(name: string, binding: Binding): void {
    this.#names.set(name, binding);
  }

  /** Says that a member of this name comes further down. */
  announce(member: Announced): void {
    this.#announced.set(member.name.name, member);
  }

  announced(name: string): Announced | undefined {
    return this.#announced.get(name) ?? this.parent?.announced(name);
  }

  find(name: string): Binding | undefined {
    return this.#names.get(name) ?? this.parent?.find(name);
  }

  own(name: string): Binding | undefined {
    return this.#names.get(name);
  }

  /** All names seen from here. */
  names(): string[] {
    return [...this.#names.keys(), ...(this.parent?.names() ?? [])];
  }

  /** What the `let`s and `dim`s seen from here call their sizes; an inner name hides an outer one. */
  sizes(): Map<string, Poly> {
    const sizes = this.parent?.sizes() ?? new Map<string, Poly>();
    for (const [name, binding] of this.#names) {
      const type = this.parent !== undefined && (binding.what === "let" || binding.what === "dim") ? binding.type() : undefined;
      if (type?.kind === "scalar" && type.of === "int") sizes.set(name, type.size);
      else sizes.delete(name);
    }
    return sizes;
  }

  /** `name`, or `name′` where an outer size already goes by it. */
  freshAtom(name: string): string {
    let atom = name;
    while (this.#hasAtom(atom)) atom += "′";
    this.#atoms.add(atom);
    return atom;
  }

  #hasAtom(atom: string): boolean {
    return this.#atoms.has(atom) || (this.parent !== undefined && this.parent.#hasAtom(atom));
  }
}

/** The name under which a scope holds what `..S` stands for. */
export function packName(name: string): string {
  return `..${name}`;
}

/** Of a value that is known now. */
export function bound(what: string, type: Type, more: Omit<Binding, "what" | "type"> = {}): Binding {
  return { what, type: () => type, ...more };
}

/** Computed at most once; `circular` is the value while it is being computed. */
export function once<T>(compute: () => T, circular: () => T): () => T {
  let state: { value: T } | "open" | undefined;
  return () => {
    if (state === "open") return circular();
    if (state === undefined) {
      state = "open";
      state = { value: compute() };
    }
    return state.value;
  };
}
