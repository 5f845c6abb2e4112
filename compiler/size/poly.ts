/** Small constants are made once. */
const constants = new Map<number, Poly>();

/**
 * A size as an integer polynomial over named atoms, always in normal form: two equal sizes have the same `key`.
 * The checker uses it over the names a user wrote, the graph over runtime sizes only. Immutable.
 */
export class Poly {
  /** Monomial (atoms joined by `*`, sorted; "" for the constant) → non-zero coefficient, sorted by monomial. */
  readonly terms: ReadonlyMap<string, number>;
  #key: string | undefined;

  private constructor(terms: ReadonlyMap<string, number>) {
    this.terms = terms;
  }

  /** Drops zero terms and puts the others in order. */
  static #normal(terms: Map<string, number>): Poly {
    for (const [m, c] of terms) if (c === 0) terms.delete(m);
    if (terms.size === 0) return Poly.constant(0);
    if (terms.size === 1) return terms.has("") ? Poly.constant(terms.get("") ?? 0) : new Poly(terms);
    return new Poly(new Map([...terms].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))));
  }

  static constant(value: number): Poly {
    const known = constants.get(value);
    if (known !== undefined) return known;
    const made = new Poly(value === 0 ? new Map() : new Map([["", value]]));
    if (constants.size < 4096) constants.set(value, made);
    return made;
  }

  /** An atom: a name, or any text that stands for an opaque integer. It must not contain `*`, which joins atoms. */
  static atom(name: string): Poly {
    return new Poly(new Map([[name.replaceAll("*", "·"), 1]]));
  }

  /** `coefficient` times the product of atoms that other polynomials are made of. */
  static monomial(atoms: readonly string[], coefficient: number): Poly {
    return Poly.#normal(new Map([[[...atoms].sort().join("*"), coefficient]]));
  }

  /** Equal sizes have equal keys. */
  get key(): string {
    this.#key ??= this.terms.size === 0 ? "0" : [...this.terms].map(([m, c]) => (m === "" ? `${c}` : `${c}*${m}`)).join("+");
    return this.#key;
  }

  add(other: Poly): Poly {
    if (other.terms.size === 0) return this;
    if (this.terms.size === 0) return other;
    const { constant } = this;
    const also = other.constant;
    if (constant !== undefined && also !== undefined) return Poly.constant(constant + also);
    const terms = new Map(this.terms);
    for (const [m, c] of other.terms) terms.set(m, (terms.get(m) ?? 0) + c);
    return Poly.#normal(terms);
  }

  negate(): Poly {
    return this.#scale(-1);
  }

  sub(other: Poly): Poly {
    return other.terms.size === 0 ? this : this.add(other.negate());
  }

  mul(other: Poly): Poly {
    if (other.constant !== undefined) return this.#scale(other.constant);
    if (this.constant !== undefined) return other.#scale(this.constant);
    const terms = new Map<string, number>();
    for (const [ma, ca] of this.terms) {
      for (const [mb, cb] of other.terms) {
        const m = ma === "" ? mb : mb === "" ? ma : [...atomsOf(ma), ...atomsOf(mb)].sort().join("*");
        terms.set(m, (terms.get(m) ?? 0) + ca * cb);
      }
    }
    return Poly.#normal(terms);
  }

  #scale(factor: number): Poly {
    if (factor === 1) return this;
    const { constant } = this;
    if (constant !== undefined || factor === 0) return Poly.constant((constant ?? 0) * factor);
    return new Poly(new Map([...this.terms].map(([m, c]) => [m, c * factor])));
  }

  /** The quotient if this is divisible by `divisor` as polynomials with integer coefficients, else undefined. */
  divideExact(divisor: Poly): Poly | undefined {
    if (divisor.terms.size === 0) return undefined;
    if (divisor.constant === 1) return this;
    if (divisor.terms.size > 1) {
      // Only the case that occurs: a multiple of the whole divisor by one monomial.
      const [lead] = this.terms;
      const [other] = divisor.terms;
      if (lead === undefined) return Poly.constant(0);
      if (other === undefined) return undefined;
      const factor = divideTerm(lead, other);
      if (factor === undefined) return undefined;
      const quotient = Poly.#normal(new Map([factor]));
      return divisor.mul(quotient).equals(this) ? quotient : undefined;
    }
    const [by] = divisor.terms;
    if (by === undefined) return undefined;
    const terms = new Map<string, number>();
    for (const term of this.terms) {
      const factor = divideTerm(term, by);
      if (factor === undefined) return undefined;
      terms.set(...factor);
    }
    return Poly.#normal(terms);
  }

  /** Replaces atoms by polynomials. */
  substitute(values: ReadonlyMap<string, Poly>): Poly {
    let result = Poly.constant(0);
    for (const [m, c] of this.terms) {
      let term = Poly.constant(c);
      for (const atom of atomsOf(m)) term = term.mul(values.get(atom) ?? Poly.atom(atom));
      result = result.add(term);
    }
    return result;
  }

  /** The value, given each atom's. Throws on an unknown atom. */
  evaluate(values: Readonly<Record<string, number>>): number {
    let sum = 0;
    for (const [m, c] of this.terms) {
      let product = c;
      for (const atom of atomsOf(m)) {
        const value = values[atom];
        if (value === undefined) throw new Error(`size '${atom}' has no value`);
        product *= value;
      }
      sum += product;
    }
    return sum;
  }

  equals(other: Poly): boolean {
    return this === other || this.key === other.key;
  }

  /** The number, if it is one. */
  get constant(): number | undefined {
    if (this.terms.size === 0) return 0;
    if (this.terms.size === 1) return this.terms.get("");
    return undefined;
  }

  /** All atoms, each once, sorted. */
  get atoms(): readonly string[] {
    return [...new Set([...this.terms.keys()].flatMap(atomsOf))].sort();
  }

  /** As a person would write it: `3*D + N - 1`, what is added before what is taken away. */
  toString(): string {
    if (this.terms.size === 0) return "0";
    const late = ([monomial, coefficient]: readonly [string, number]) => (coefficient < 0 ? 2 : 0) + (monomial === "" ? 1 : 0);
    const ordered = [...this.terms].sort((a, b) => late(a) - late(b));
    return ordered
      .map(([m, c], i) => {
        const sign = c < 0 ? (i === 0 ? "-" : " - ") : i === 0 ? "" : " + ";
        return sign + printTerm(atomsOf(m), Math.abs(c));
      })
      .join("");
  }
}

/** `3*(D / heads)`: an atom whose name has parts goes in parentheses where it is multiplied. */
function printTerm(atoms: readonly string[], size: number): string {
  if (atoms.length === 0) return `${size}`;
  const factors = (size === 1 ? [] : [`${size}`]).concat(atoms);
  return factors.map((f) => (factors.length > 1 ? parenthesised(f) : f)).join("*").replaceAll("·", "*");
}

/** `a / b` → `(a / b)`, `floor(a / b)` as it is. */
function parenthesised(text: string): string {
  let depth = 0;
  for (const char of text) {
    if (char === "(") depth++;
    else if (char === ")") depth--;
    else if (depth === 0 && (char === " " || char === "·")) return `(${text})`;
  }
  return text;
}

/** The atoms of a monomial, one for each power. */
export function atomsOf(monomial: string): string[] {
  return monomial === "" ? [] : monomial.split("*");
}

function divideTerm([m, c]: readonly [string, number], [dm, dc]: readonly [string, number]): [string, number] | undefined {
  if (!Number.isInteger(c / dc)) return undefined;
  const left = atomsOf(m);
  for (const atom of atomsOf(dm)) {
    const at = left.indexOf(atom);
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  return [left.join("*"), c / dc];
}
