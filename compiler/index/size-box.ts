import type { SizeBounds } from "../graph/node.ts";
import { Poly } from "../size/poly.ts";

/** Up to so many, the values of a polynomial are looked at one by one. */
const FEW_VALUES = 1000;

interface Extremes {
  readonly least: number;
  readonly most: number;
}

type Operation = "add" | "sub" | "mul" | "divide";

/**
 * The values the runtime sizes can take together: what size polynomials are compared over. It also does their
 * arithmetic, remembering results: index algebra asks the same again and again.
 */
export class SizeBox {
  readonly sizes: readonly SizeBounds[];
  readonly #bounds: ReadonlyMap<string, SizeBounds>;
  readonly #constants = new Map<number, Poly>();
  readonly #known = new Map<string, Poly | undefined>();
  readonly #extremes = new Map<string, Extremes>();

  constructor(sizes: readonly SizeBounds[]) {
    this.sizes = sizes;
    this.#bounds = new Map(sizes.map((size) => [size.name, size]));
  }

  /** A number no value of `poly` is below. Exact if every atom occurs once. */
  least(poly: Poly): number {
    return poly.constant ?? this.#extreme(poly, true);
  }

  /** A number no value of `poly` is above. */
  most(poly: Poly): number {
    return poly.constant ?? this.#extreme(poly, false);
  }

  constant(value: number): Poly {
    let known = this.#constants.get(value);
    if (known === undefined) this.#constants.set(value, (known = Poly.constant(value)));
    return known;
  }

  add(a: Poly, b: Poly): Poly {
    return this.#compute("add", a, b, () => a.add(b))!;
  }

  sub(a: Poly, b: Poly): Poly {
    return this.#compute("sub", a, b, () => a.sub(b))!;
  }

  mul(a: Poly, b: Poly): Poly {
    return this.#compute("mul", a, b, () => a.mul(b))!;
  }

  /** The quotient, if there is no remainder. */
  divide(a: Poly, b: Poly): Poly | undefined {
    return this.#compute("divide", a, b, () => a.divideExact(b) ?? longDivision(a, b));
  }

  /** Is a <= b for all sizes? May say no where the answer is yes, never the reverse. */
  atMost(a: Poly, b: Poly): boolean {
    return this.least(this.sub(b, a)) >= 0;
  }

  #compute(operation: Operation, a: Poly, b: Poly, compute: () => Poly | undefined): Poly | undefined {
    const [x, y] = [a.constant, b.constant];
    if (x !== undefined && y !== undefined) {
      const value = onNumbers(operation, x, y);
      return Number.isInteger(value) ? this.constant(value) : undefined;
    }
    const key = `${operation} ${a.key} ${b.key}`;
    if (this.#known.has(key)) return this.#known.get(key);
    const result = compute();
    this.#known.set(key, result);
    return result;
  }

  #extreme(poly: Poly, least: boolean): number {
    const known = this.#extremes.get(poly.key);
    if (known !== undefined) return least ? known.least : known.most;
    const found = this.#walk(poly) ?? { least: this.#byTerms(poly, true), most: this.#byTerms(poly, false) };
    this.#extremes.set(poly.key, found);
    return least ? found.least : found.most;
  }

  /** The exact bounds, if the sizes it mentions take few values together. */
  #walk(poly: Poly): Extremes | undefined {
    const ranges = poly.atoms.map((atom) => this.#bounds.get(atom)).filter((range) => range !== undefined);
    if (ranges.length < poly.atoms.length) return undefined;
    const count = ranges.reduce((product, { min, max }) => product * (max - min + 1), 1);
    if (count > FEW_VALUES) return undefined;
    const found = { least: Infinity, most: -Infinity };
    const values = Object.fromEntries(ranges.map(({ name, min }) => [name, min]));
    for (let i = 0; i < count; i++) {
      let left = i;
      for (const { name, min, max } of ranges) {
        values[name] = min + (left % (max - min + 1));
        left = Math.floor(left / (max - min + 1));
      }
      const value = poly.evaluate(values);
      found.least = Math.min(found.least, value);
      found.most = Math.max(found.most, value);
    }
    return found;
  }

  /** Bounds that hold, if not the best: each term at its own extreme. */
  #byTerms(poly: Poly, least: boolean): number {
    let sum = 0;
    for (const [monomial, coefficient] of poly.terms) {
      let product = coefficient;
      for (const atom of monomial === "" ? [] : monomial.split("*")) {
        const bounds = this.#bounds.get(atom);
        if (bounds === undefined) throw new Error(`size '${atom}' has no bounds`);
        product *= coefficient > 0 === least ? bounds.min : bounds.max;
      }
      sum += product;
    }
    return sum;
  }
}

/** Division by a polynomial of several terms, the leading term first; undefined if a remainder is left. */
function longDivision(a: Poly, by: Poly): Poly | undefined {
  const lead = leadOf(by);
  let left = a;
  let quotient = Poly.constant(0);
  while (left.terms.size > 0) {
    const factor = leadOf(left).divideExact(lead);
    if (factor === undefined) return undefined;
    quotient = quotient.add(factor);
    left = left.sub(factor.mul(by));
  }
  return quotient;
}

/** The term of the highest degree; of several, the one whose atoms come last. */
function leadOf(poly: Poly): Poly {
  const degree = (monomial: string) => (monomial === "" ? 0 : monomial.split("*").length);
  const [monomial, coefficient] = [...poly.terms].reduce((best, term) =>
    degree(term[0]) - degree(best[0]) > 0 || (degree(term[0]) === degree(best[0]) && term[0] > best[0]) ? term : best,
  );
  const atoms = monomial === "" ? [] : monomial.split("*");
  return atoms.reduce((product, atom) => product.mul(Poly.atom(atom)), Poly.constant(coefficient));
}

function onNumbers(operation: Operation, a: number, b: number): number {
  switch (operation) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "divide":
      return a / b;
  }
}
