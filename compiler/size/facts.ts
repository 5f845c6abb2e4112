import { inNames } from "./aliases.ts";
import { atomsOf, Poly } from "./poly.ts";

/** A product of atoms that stands for something else: `D → heads * (D / heads)`. */
interface Rewrite {
  readonly from: readonly string[];
  readonly to: Poly;
}

/** `whole = part * quotient`, where `quotient` is an atom of its own. */
interface Quotient {
  readonly whole: Poly;
  readonly part: Poly;
  readonly quotient: Poly;
}

/** No chain of rewrites that people write is longer; a circle of them ends here. */
const MOST_REWRITES = 64;

/**
 * What is known of the sizes in a body: the `where` clauses around it. Two sizes are equal if their normal forms are.
 * Immutable: `assume…` gives new facts.
 */
export class Facts {
  readonly #rewrites: readonly Rewrite[];
  readonly #quotients: readonly Quotient[];

  private constructor(rewrites: readonly Rewrite[], quotients: readonly Quotient[]) {
    this.#rewrites = rewrites;
    this.#quotients = quotients;
  }

  static readonly none = new Facts([], []);

  /** With `a == b`. Used to replace one atom that occurs once; an equation without such an atom is not used. */
  assumeEqual(a: Poly, b: Poly): Facts {
    const left = this.normal(a);
    const right = this.normal(b);
    const rewrite = soleAtom(left, right) ?? soleAtom(right, left) ?? solved(left.sub(right));
    return rewrite === undefined ? this : new Facts([...this.#rewrites, rewrite], this.#quotients);
  }

  /** With `whole % part == 0`: from now on `whole / part` is exact. */
  assumeDivisible(whole: Poly, part: Poly): Facts {
    if (this.quotient(whole, part) !== undefined) return this;
    const quotient = Poly.atom(this.quotientName(whole, part));
    const named = new Facts(this.#rewrites, [...this.#quotients, { whole, part, quotient }]);
    const product = this.normal(part).mul(quotient);
    const normal = this.normal(whole);
    const [only] = normal.terms;
    if (normal.terms.size === 1 && only?.[1] === 1) {
      return new Facts([...this.#rewrites, { from: atomsOf(only[0]), to: product }], named.#quotients);
    }
    return named.assumeEqual(normal, product);
  }

  /** The one form that all equal sizes share. */
  normal(size: Poly): Poly {
    let current = size;
    for (let i = 0; i < MOST_REWRITES; i++) {
      const next = this.#rewrites.reduce(applied, current);
      if (next.equals(current)) return current;
      current = next;
    }
    return current;
  }

  equal(a: Poly, b: Poly): boolean {
    return a.equals(b) || this.normal(a.sub(b)).constant === 0;
  }

  /** `a - b` where that is a number. */
  difference(a: Poly, b: Poly): number | undefined {
    return this.normal(a.sub(b)).constant;
  }

  /** `whole / part` where that is provably an integer. */
  quotient(whole: Poly, part: Poly): Poly | undefined {
    const by = this.normal(part);
    if (by.constant === 0) return undefined;
    const size = this.normal(whole);
    return this.#quotientOf(size, by) ?? this.#termByTerm(size, by);
  }

  /** `whole % part` where that is known: what `part` does not divide is a number. */
  remainder(whole: Poly, part: Poly): number | undefined {
    if (this.quotient(whole, part) !== undefined) return 0;
    const by = this.normal(part).constant;
    if (by === undefined || by === 0) return undefined;
    let rest = this.normal(whole);
    for (const [monomial, coefficient] of rest.terms) {
      const term = Poly.monomial(atomsOf(monomial), coefficient);
      if (monomial !== "" && this.#quotientOf(term, Poly.constant(by)) !== undefined) rest = rest.sub(term);
    }
    return rest.constant === undefined ? undefined : rest.constant - by * Math.floor(rest.constant / by);
  }

  /**
   * In the names the user wrote: `D`, not `heads * (D / heads)`. Equal sizes read the same. With `names`, as for
   * messages, also in the names of `let`s: `T`, not `rows * cols`.
   */
  show(size: Poly, names?: ReadonlyMap<string, Poly>): string {
    const shown = this.#written(size);
    if (names === undefined || names.size === 0) return shown.toString();
    return inNames(shown, new Map([...names].map(([name, meaning]) => [name, this.#written(meaning)]))).toString();
  }

  #written(size: Poly): Poly {
    return this.#smallerQuotients([...this.#rewrites].reverse().reduce(undone, this.normal(size)));
  }

  /** `D / heads`, the name of a quotient that has no other. */
  quotientName(whole: Poly, part: Poly): string {
    const side = (size: Poly) => {
      const text = this.show(size);
      return /[ *]/.test(text) ? `(${text})` : text;
    };
    return `${side(whole)} / ${side(part)}`;
  }

  #quotientOf(size: Poly, by: Poly): Poly | undefined {
    const exact = size.divideExact(by);
    if (exact !== undefined) return exact;
    for (const { whole, part, quotient } of this.#quotients) {
      const multiple = size.divideExact(this.normal(whole));
      const found = multiple?.mul(quotient).mul(part).divideExact(by);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #termByTerm(size: Poly, by: Poly): Poly | undefined {
    let sum = Poly.constant(0);
    for (const [monomial, coefficient] of size.terms) {
      const part = this.#quotientOf(Poly.monomial(atomsOf(monomial), coefficient), by);
      if (part === undefined) return undefined;
      sum = sum.add(part);
    }
    return sum;
  }

  /** `2*(D / 4)` reads better as `D / 2`. */
  #smallerQuotients(size: Poly): Poly {
    let result = size;
    for (const [monomial, coefficient] of size.terms) {
      const known = this.#quotients.find(({ quotient }) => quotient.terms.has(monomial));
      const by = known?.part.constant;
      if (known === undefined || by === undefined || coefficient <= 1 || by % coefficient !== 0) continue;
      const plain = Poly.atom(this.quotientName(known.whole, Poly.constant(by / coefficient)));
      result = result.sub(Poly.monomial([monomial], coefficient)).add(plain);
    }
    return result;
  }
}

/** `F == P*Q` as `F → P*Q`. */
function soleAtom(side: Poly, other: Poly): Rewrite | undefined {
  const [term] = side.terms;
  if (side.terms.size !== 1 || term?.[1] !== 1) return undefined;
  const atoms = atomsOf(term[0]);
  return atoms.length === 1 && !other.atoms.includes(atoms[0] ?? "") ? { from: atoms, to: other } : undefined;
}

/** `zero == 0` solved for an atom that occurs in one term only, with coefficient ±1. */
function solved(zero: Poly): Rewrite | undefined {
  for (const [monomial, coefficient] of zero.terms) {
    const [atom, ...more] = atomsOf(monomial);
    if (atom === undefined || more.length > 0 || Math.abs(coefficient) !== 1) continue;
    const rest = zero.sub(Poly.monomial([atom], coefficient));
    if (!rest.atoms.includes(atom)) return { from: [atom], to: coefficient === 1 ? rest.negate() : rest };
  }
  return undefined;
}

/** Each term that contains the rewritten product, rewritten once. */
function applied(size: Poly, { from, to }: Rewrite): Poly {
  let result = size;
  for (const [monomial, coefficient] of size.terms) {
    const rest = without(atomsOf(monomial), from);
    if (rest === undefined) continue;
    result = result.sub(Poly.monomial(atomsOf(monomial), coefficient)).add(Poly.monomial(rest, coefficient).mul(to));
  }
  return result;
}

/** The reverse, for printing. */
function undone(size: Poly, { from, to }: Rewrite): Poly {
  const product = Poly.monomial(from, 1);
  const [only] = to.terms;
  if (only === undefined) return size;
  if (to.terms.size > 1) return size.terms.size === 0 ? size : (size.divideExact(to)?.mul(product) ?? size);
  const [monomial, by] = only;
  if (monomial === "") return size;
  let result = size;
  for (const [term, coefficient] of size.terms) {
    const rest = without(atomsOf(term), atomsOf(monomial));
    if (rest === undefined || coefficient % by !== 0) continue;
    result = result
      .sub(Poly.monomial(atomsOf(term), coefficient))
      .add(Poly.monomial(rest, coefficient / by).mul(product));
  }
  return result;
}

/** The multiset difference, if `part` lies in `atoms`. */
function without(atoms: readonly string[], part: readonly string[]): string[] | undefined {
  const rest = [...atoms];
  for (const atom of part) {
    const at = rest.indexOf(atom);
    if (at < 0) return undefined;
    rest.splice(at, 1);
  }
  return rest;
}
