import type { SizeBounds } from "../graph/node.ts";
import type { Poly } from "../size/poly.ts";

/** The values the runtime sizes can take together: what size polynomials are compared over. */
export class SizeBox {
  readonly sizes: readonly SizeBounds[];
  readonly #bounds: ReadonlyMap<string, SizeBounds>;

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

  /** Is a <= b for all sizes? May say no where the answer is yes, never the reverse. */
  atMost(a: Poly, b: Poly): boolean {
    return this.least(b.sub(a)) >= 0;
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
