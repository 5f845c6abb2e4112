import { Poly } from "../size/poly.ts";
import type { ModelInput } from "../elaborate/model.ts";
import type { OnnxWriter } from "./writer.ts";

/**
 * Sizes as values of the graph. A runtime size is read from the shape of an input where one tells it; one that no input
 * tells becomes an input of its own.
 */
export class OnnxSizes {
  readonly #writer: OnnxWriter;
  readonly #inputs: readonly ModelInput[];
  /** Runtime sizes that are inputs, i64[1], by name. */
  readonly asked = new Set<string>();

  constructor(writer: OnnxWriter, inputs: readonly ModelInput[]) {
    this.#writer = writer;
    this.#inputs = inputs;
  }

  /** A shape, or starts of a slice: i64[sizes]. */
  vector(sizes: readonly Poly[]): string {
    const numbers = sizes.map((size) => size.constant);
    if (numbers.every((size) => size !== undefined)) return this.#writer.ints(numbers);
    return sizes.length === 1 ? this.#one(sizes[0]!) : this.#writer.op("Concat", sizes.map((size) => this.#one(size)), { axis: 0 });
  }

  /** The target of a reshape: as `vector`, but one size may be left to be computed, which needs no nodes. */
  target(sizes: readonly Poly[]): string {
    const open = sizes.filter((size) => size.constant === undefined);
    return open.length === 1 ? this.#writer.ints(sizes.map((size) => size.constant ?? -1)) : this.vector(sizes);
  }

  /** One size: i64[]. */
  scalar(size: Poly): string {
    if (size.constant !== undefined) return this.#writer.ints([size.constant], []);
    return this.#writer.op("Reshape", [this.#one(size), this.#writer.ints([])]);
  }

  /** One size: i64[1]. */
  #one(size: Poly): string {
    if (size.constant !== undefined) return this.#writer.ints([size.constant]);
    const terms = [...size.terms].map(([monomial, factor]) => {
      const atoms = monomial === "" ? [] : monomial.split("*").map((atom) => this.#atom(atom));
      const factors = factor === 1 && atoms.length > 0 ? atoms : [...atoms, this.#writer.ints([factor])];
      return factors.reduce((product, one) => this.#writer.op("Mul", [product, one]));
    });
    return terms.reduce((sum, term) => this.#writer.op("Add", [sum, term]));
  }

  #atom(name: string): string {
    const atom = Poly.atom(name);
    for (const input of this.#inputs) {
      const axis = input.shape.findIndex((size) => size.equals(atom));
      if (axis >= 0) return this.#writer.op("Gather", [this.#writer.op("Shape", [input.name]), this.#writer.ints([axis])]);
    }
    this.asked.add(name);
    return name;
  }
}
