import type { Node } from "../graph/node.ts";
import type { Condition, Index, IndexAlgebra } from "../ops/op.ts";
import { Poly } from "../size/poly.ts";
import type { Atom, AtomOf, Sum, Term, Test } from "./expression.ts";
import type { SizeBox } from "./size-box.ts";

const ZERO = Poly.constant(0);
const ONE = Poly.constant(1);

/**
 * Makes and simplifies indices. Movements compose here: after a reshape of a transpose of a slice, what is left is
 * the shortest sum the bounds of the loop variables allow. One instance per kernel.
 */
export class Indices {
  readonly box: SizeBox;
  readonly #atoms = new Map<string, Atom>();
  readonly #quotients = new Map<Atom, Atom | undefined>();

  constructor(box: SizeBox) {
    this.box = box;
  }

  /** A loop variable in [0, extent), of the scope `depth`. */
  variable(name: string, extent: Poly, depth: number): Sum {
    if (extent.constant === 1) return this.size(0);
    return this.#single(this.#intern(`v:${name}`, { kind: "variable", name, max: this.box.sub(extent, ONE), depth }));
  }

  size(value: Poly | number): Sum {
    return this.#sum(new Map(), this.#poly(value));
  }

  add(a: Sum, b: Sum): Sum {
    if (a.terms.length === 0 && a.constant.constant === 0) return b;
    if (b.terms.length === 0 && b.constant.constant === 0) return a;
    const terms = new Map<number, Term>(a.terms.map((t) => [t.atom.id, t]));
    for (const { atom, coefficient } of b.terms) {
      const other = terms.get(atom.id);
      terms.set(atom.id, { atom, coefficient: other ? this.box.add(other.coefficient, coefficient) : coefficient });
    }
    return this.#sum(terms, this.box.add(a.constant, b.constant));
  }

  sub(a: Sum, b: Sum): Sum {
    return this.add(a, this.mul(b, -1));
  }

  mul(a: Sum, by: Poly | number): Sum {
    const factor = this.#poly(by);
    if (factor.constant === 1) return a;
    const terms = a.terms.map(({ atom, coefficient }): [number, Term] => [
      atom.id,
      { atom, coefficient: this.box.mul(coefficient, factor) },
    ]);
    return this.#sum(new Map(terms), this.box.mul(a.constant, factor));
  }

  div(a: Sum, by: Poly | number): Sum {
    return this.#divide(a, this.#poly(by)).quotient;
  }

  mod(a: Sum, by: Poly | number): Sum {
    return this.#divide(a, this.#poly(by)).remainder;
  }

  less(a: Sum, b: Sum): Test {
    const [maxA, maxB] = [this.max(a), this.max(b)];
    const [minA, minB] = [this.#min(a), this.#min(b)];
    if (minA !== undefined && this.box.least(minA) >= 0) {
      if (maxA !== undefined && minB !== undefined && this.box.atMost(this.box.add(maxA, ONE), minB)) return known(true);
      if (maxB !== undefined && this.box.atMost(maxB, minA)) return known(false);
    }
    return { kind: "less", a, b, key: `(${a.key}<${b.key})`, depth: Math.max(a.depth, b.depth) };
  }

  and(a: Test, b: Test): Test {
    if (a.kind === "known") return a.holds ? b : a;
    if (b.kind === "known") return b.holds ? a : b;
    return { kind: "and", a, b, key: `(${a.key}&${b.key})`, depth: Math.max(a.depth, b.depth) };
  }

  load(node: Node, at: readonly Sum[]): Sum {
    const depth = Math.max(0, ...at.map((i) => i.depth));
    const key = `l:${node.id}[${at.map((i) => i.key).join()}]`;
    return this.#single(this.#intern(key, { kind: "load", node, at, max: undefined, depth }));
  }

  /** The row-major position of an element. */
  linear(at: readonly Sum[], shape: readonly Poly[]): Sum {
    let result = this.size(0);
    let stride = ONE;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      result = this.add(result, this.mul(at[axis]!, stride));
      stride = this.box.mul(stride, shape[axis]!);
    }
    return result;
  }

  /** The element at a row-major position. */
  unravel(position: Sum, shape: readonly Poly[]): Sum[] {
    const at: Sum[] = [];
    let stride = ONE;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis]!;
      at.unshift(size.constant === 1 ? this.size(0) : this.mod(this.div(position, stride), size));
      stride = this.box.mul(stride, size);
    }
    return at;
  }

  /** The algebra an operation sees when it says where the elements of `node` come from. */
  forNode(node: Node): IndexAlgebra {
    const sum = (index: Index) => index as Sum;
    const test = (condition: Condition) => condition as unknown as Test;
    const condition = (t: Test) => t as unknown as Condition;
    return {
      size: (value) => this.size(value),
      add: (a, b) => this.add(sum(a), sum(b)),
      sub: (a, b) => this.sub(sum(a), sum(b)),
      mul: (a, b) => this.mul(sum(a), b),
      div: (a, b) => this.div(sum(a), b),
      mod: (a, b) => this.mod(sum(a), b),
      less: (a, b) => condition(this.less(sum(a), sum(b))),
      and: (a, b) => condition(this.and(test(a), test(b))),
      load: (input, at) => this.load(node.inputs[input]!, at as readonly Sum[]),
    };
  }

  /** The largest value, inclusive, as a size; undefined where none is known. */
  max(a: Sum): Poly | undefined {
    return this.#bound(a, true);
  }

  #min(a: Sum): Poly | undefined {
    return this.#bound(a, false);
  }

  #bound(a: Sum, upper: boolean): Poly | undefined {
    let bound = a.constant;
    for (const { atom, coefficient } of a.terms) {
      const positive = this.box.least(coefficient) >= 0;
      if (!positive && this.box.most(coefficient) > 0) return undefined;
      if (positive !== upper) continue;
      if (atom.max === undefined) return undefined;
      bound = this.box.add(bound, this.box.mul(coefficient, atom.max));
    }
    return bound;
  }

  #within(a: Sum, limit: Poly): boolean {
    const [min, max] = [this.#min(a), this.max(a)];
    return min !== undefined && max !== undefined && this.box.least(min) >= 0 && this.box.atMost(this.box.add(max, ONE), limit);
  }

  #divide(a: Sum, by: Poly): { quotient: Sum; remainder: Sum } {
    if (by.constant === 1) return { quotient: a, remainder: this.size(0) };
    const { multiple, rest } = this.#split(a, by);
    if (this.#within(rest, by)) return { quotient: multiple, remainder: rest };
    const least = this.#min(rest);
    if (least === undefined || this.box.least(least) < 0) return this.#opaque(a, by);
    const inner = this.#cancel(rest, by) ?? this.#opaque(rest, by);
    return { quotient: this.add(multiple, inner.quotient), remainder: inner.remainder };
  }

  /** a = by * multiple + rest, with every term that `by` divides in the multiple. */
  #split(a: Sum, by: Poly): { multiple: Sum; rest: Sum } {
    const multiple = new Map<number, Term>();
    const rest = new Map<number, Term>();
    for (const term of a.terms) {
      const factor = this.box.divide(term.coefficient, by);
      if (factor) multiple.set(term.atom.id, { atom: term.atom, coefficient: factor });
      else rest.set(term.atom.id, term);
    }
    const whole = this.box.divide(a.constant, by) ?? this.#wholePart(a.constant, by);
    return {
      multiple: this.#sum(multiple, whole),
      rest: this.#sum(rest, this.box.sub(a.constant, this.box.mul(whole, by))),
    };
  }

  /** The whole multiple in a constant, where both are numbers; else nothing. */
  #wholePart(constant: Poly, by: Poly): Poly {
    const [c, d] = [constant.constant, by.constant];
    return c === undefined || d === undefined ? ZERO : this.box.constant(Math.floor(c / d));
  }

  #poly(value: Poly | number): Poly {
    return typeof value === "number" ? this.box.constant(value) : value;
  }

  /** (g x + r) / (g d) = x / d and its remainder g (x mod d) + r, for a common factor g with 0 <= r < g. */
  #cancel(a: Sum, by: Poly): { quotient: Sum; remainder: Sum } | undefined {
    for (const factor of this.#factors(a, by)) {
      const smaller = this.box.divide(by, factor);
      if (smaller === undefined || factor.constant === 1) continue;
      const { multiple, rest } = this.#split(a, factor);
      if (multiple.terms.length === 0 || !this.#within(rest, factor)) continue;
      const { quotient, remainder } = this.#divide(multiple, smaller);
      return { quotient, remainder: this.add(this.mul(remainder, factor), rest) };
    }
    return undefined;
  }

  #factors(a: Sum, by: Poly): Poly[] {
    const factors = new Map<string, Poly>();
    for (const { coefficient } of a.terms) {
      const [c, d] = [coefficient.constant, by.constant];
      const factor = c !== undefined && d !== undefined ? this.box.constant(gcd(Math.abs(c), d)) : coefficient;
      factors.set(factor.key, factor);
    }
    return [...factors.values()].sort((x, y) => this.box.most(y) - this.box.most(x));
  }

  #opaque(a: Sum, by: Poly): { quotient: Sum; remainder: Sum } {
    const only = a.terms.length === 1 && a.constant.constant === 0 ? a.terms[0] : undefined;
    if (only?.coefficient.constant === 1) {
      const atom = only.atom;
      if (atom.kind === "quotient") {
        // (x / c) / d = x / (c d)
        return { quotient: this.#quotient(atom.of, this.box.mul(atom.by, by)), remainder: this.#remainder(a, by) };
      }
      const more = atom.kind === "remainder" ? this.box.divide(atom.by, by) : undefined;
      if (atom.kind === "remainder" && more !== undefined) {
        // (x mod (c d)) / d = (x / d) mod c, and (x mod (c d)) mod d = x mod d
        const { quotient, remainder } = this.#divide(atom.of, by);
        return { quotient: this.mod(quotient, more), remainder };
      }
    }
    return { quotient: this.#quotient(a, by), remainder: this.#remainder(a, by) };
  }

  #quotient(of: Sum, by: Poly): Sum {
    const top = this.max(of);
    let max: Poly | undefined;
    if (top !== undefined) {
      const exact = this.box.divide(this.box.add(top, ONE), by);
      max = exact ? this.box.sub(exact, ONE) : this.box.constant(Math.floor(this.box.most(top) / Math.max(1, this.box.least(by))));
    }
    return this.#single(this.#intern(`q:${of.key}/${by.key}`, { kind: "quotient", of, by, max, depth: of.depth }));
  }

  #remainder(of: Sum, by: Poly): Sum {
    const atom = { kind: "remainder" as const, of, by, max: this.box.sub(by, ONE), depth: of.depth };
    return this.#single(this.#intern(`r:${of.key}%${by.key}`, atom));
  }

  #intern(key: string, atom: DistributiveOmit<Atom, "id">): Atom {
    let found = this.#atoms.get(key);
    if (found === undefined) this.#atoms.set(key, (found = { ...atom, id: this.#atoms.size }));
    return found;
  }

  #single(atom: Atom): Sum {
    return this.#sum(new Map([[atom.id, { atom, coefficient: ONE }]]), ZERO);
  }

  #sum(terms: Map<number, Term>, constant: Poly): Sum {
    const kept = [...terms.values()].filter((t) => t.coefficient.terms.size > 0);
    const joined = kept.length > 1 ? this.#rejoin(kept, constant) : undefined;
    if (joined) return joined;
    kept.sort((s, t) => s.atom.id - t.atom.id);
    const text = kept.map((t) => `${t.atom.id}*(${t.coefficient.key})`).join("+");
    const depth = Math.max(0, ...kept.map((t) => t.atom.depth));
    return { brand: "index", terms: kept, constant, key: `${text}+${constant.key}`, depth };
  }

  /** c (x mod d) + c d (x / d) = c x: what undoes a reshape. */
  #rejoin(terms: readonly Term[], constant: Poly): Sum | undefined {
    for (const { atom, coefficient } of terms) {
      if (atom.kind !== "remainder") continue;
      const quotient = this.#quotientOf(atom);
      const partner = terms.find((t) => t.atom === quotient);
      if (!partner?.coefficient.equals(this.box.mul(coefficient, atom.by))) continue;
      const left = terms.filter((t) => t.atom !== atom && t !== partner);
      const rest = this.#sum(new Map(left.map((t) => [t.atom.id, t])), constant);
      return this.add(rest, this.mul(atom.of, coefficient));
    }
    return undefined;
  }

  /** x / d for the atom x mod d, if that is an atom too. */
  #quotientOf(atom: AtomOf<"remainder">): Atom | undefined {
    if (!this.#quotients.has(atom)) {
      const { terms, constant } = this.div(atom.of, atom.by);
      const only = terms.length === 1 && constant.constant === 0 ? terms[0] : undefined;
      this.#quotients.set(atom, only?.coefficient.constant === 1 ? only.atom : undefined);
    }
    return this.#quotients.get(atom);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function known(holds: boolean): Test {
  return { kind: "known", holds, key: String(holds), depth: 0 };
}

function gcd(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}
