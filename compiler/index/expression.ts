import type { Node } from "../graph/node.ts";
import type { Index } from "../ops/op.ts";
import type { Poly } from "../size/poly.ts";

/**
 * A symbolic index: a sum of atoms times sizes, plus a size. Always in normal form, so that equal indices have
 * equal keys. Values are non-negative wherever they are used; a part of a sum may be negative.
 */
export interface Sum extends Index {
  readonly terms: readonly Term[];
  readonly constant: Poly;
  readonly key: string;
  /** Scope of the innermost loop variable in it: 0 outside all loops. */
  readonly depth: number;
}

export interface Term {
  readonly atom: Atom;
  readonly coefficient: Poly;
}

/** What a sum adds up. `max` is the largest value it takes (inclusive), if one is known; the least is 0. */
export type Atom = { readonly id: number; readonly max: Poly | undefined; readonly depth: number } & (
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "quotient"; readonly of: Sum; readonly by: Poly }
  | { readonly kind: "remainder"; readonly of: Sum; readonly by: Poly }
  /** The integer at an element of an i32 node. */
  | { readonly kind: "load"; readonly node: Node; readonly at: readonly Sum[] }
);

export type AtomOf<Kind extends Atom["kind"]> = Extract<Atom, { readonly kind: Kind }>;

export type Test =
  | { readonly kind: "known"; readonly holds: boolean; readonly key: string; readonly depth: 0 }
  | { readonly kind: "less"; readonly a: Sum; readonly b: Sum; readonly key: string; readonly depth: number }
  | { readonly kind: "and"; readonly a: Test; readonly b: Test; readonly key: string; readonly depth: number };
