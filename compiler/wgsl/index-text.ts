import { hostSize } from "../graph/host-size.ts";
import type { Atom, AtomOf, Sum, Test } from "../index/expression.ts";
import type { Poly } from "../size/poly.ts";
import type { Interface } from "./interface.ts";
import type { Statements } from "./statements.ts";

/** Writes the integer that an index holds as an element of a tensor, as `u32`. */
type WriteLoad = (atom: AtomOf<"load">) => string;

/** Numbers up to this stay in shared texts. */
const LITERAL = 4;

/** Writes indices as WGSL `u32` expressions. Divisions get names, so that they are computed once. */
export class IndexText {
  readonly #to: Statements;
  readonly #given: Interface;
  /** Numbers go into the parameter block, so that texts of different sizes are the same. */
  readonly #shared: boolean;
  readonly #load: WriteLoad;

  constructor(to: Statements, given: Interface, shared: boolean, load: WriteLoad) {
    this.#to = to;
    this.#given = given;
    this.#shared = shared;
    this.#load = load;
  }

  /** An operand: a name, a literal or a parameter. */
  of(index: Sum): string {
    if (index.terms.length === 0) return this.number(index.constant);
    const [only] = index.terms;
    if (index.terms.length === 1 && only!.coefficient.constant === 1 && index.constant.constant === 0) {
      return this.#atom(only!.atom);
    }
    return this.#to.bind(`i:${index.key}`, "i", index.depth, () => this.#sum(index));
  }

  test(test: Test): string {
    switch (test.kind) {
      case "known":
        return String(test.holds);
      case "less":
        return `(${this.of(test.a)} < ${this.of(test.b)})`;
      case "and":
        return `(${this.test(test.a)} && ${this.test(test.b)})`;
    }
  }

  number(value: Poly): string {
    const literal = value.constant !== undefined && (!this.#shared || value.constant <= LITERAL);
    if (literal && value.constant >= 0) return `${value.constant}u`;
    if (this.#shared) return this.#given.ownParam("u32", hostSize(value));
    return this.#given.param("u32", hostSize(value));
  }

  #sum(index: Sum): string {
    let text = "";
    const negative: string[] = [];
    for (const { atom, coefficient } of index.terms) {
      const name = this.#atom(atom);
      if (isNegative(coefficient)) negative.push(times(name, this.number(coefficient.negate())));
      else text += (text === "" ? "" : " + ") + times(name, this.number(coefficient));
    }
    const { constant } = index;
    if (isNegative(constant)) negative.push(this.number(constant.negate()));
    else if (constant.constant !== 0) text += (text === "" ? "" : " + ") + this.number(constant);
    return [text === "" ? "0u" : text, ...negative].join(" - ");
  }

  #atom(atom: Atom): string {
    switch (atom.kind) {
      case "variable":
        return atom.name;
      case "load":
        return this.#load(atom);
      case "quotient":
        return this.#to.bind(`a:${atom.id}`, "i", atom.depth, () => `${this.of(atom.of)} / ${this.number(atom.by)}`);
      case "remainder":
        return this.#to.bind(`a:${atom.id}`, "i", atom.depth, () => `${this.of(atom.of)} % ${this.number(atom.by)}`);
    }
  }
}

/** Written with a minus: all its terms are negative. */
function isNegative(size: Poly): boolean {
  return size.terms.size > 0 && [...size.terms.values()].every((c) => c < 0);
}

function times(name: string, factor: string): string {
  return factor === "1u" ? name : `${name} * ${factor}`;
}
