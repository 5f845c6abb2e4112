import type { SizeBounds } from "../graph/node.ts";
import { Poly } from "../size/poly.ts";

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
    return this.#compute("divide", a, b, () => a.divideExact(b));
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
