import { atomsOf, Poly } from "./poly.ts";

/**
 * A size in the names that stand for parts of it, for printing: with `T = rows * cols` and `M = T - V`,
 * `rows*cols - V` reads `M`, and `B*rows*cols` reads `B*T`. The larger name wins.
 */
export function inNames(size: Poly, names: ReadonlyMap<string, Poly>): Poly {
  const useful = [...names].filter(([name, meaning]) => isWorthAName(name, meaning));
  const sums = useful.filter(([, meaning]) => meaning.terms.size > 1);
  const products = useful.filter(([, meaning]) => meaning.terms.size === 1).sort(([, a], [, b]) => degree(b) - degree(a));
  const summed = sums.reduce((s, [name, meaning]) => asSum(s, name, meaning), size);
  return products.reduce((s, [name, meaning]) => asFactor(s, name, meaning), summed);
}

/** A number or a plain name is best shown as it is. */
function isWorthAName(name: string, meaning: Poly): boolean {
  if (meaning.constant !== undefined) return false;
  const [atom] = meaning.atoms;
  const isName = meaning.terms.size === 1 && degree(meaning) === 1 && meaning.terms.get(atom ?? "") === 1 && /^\w+$/.test(atom ?? "");
  return !isName && !meaning.atoms.includes(name);
}

function degree(product: Poly): number {
  const [monomial] = product.terms.keys();
  return atomsOf(monomial ?? "").length;
}

/** A multiple of the sum, or a sum that contains it. */
function asSum(size: Poly, name: string, meaning: Poly): Poly {
  const atom = Poly.atom(name);
  const multiple = size.terms.size === 0 ? undefined : size.divideExact(meaning);
  if (multiple !== undefined) return multiple.mul(atom);
  for (const sign of [1, -1]) {
    const rest = size.sub(meaning.mul(Poly.constant(sign)));
    if (rest.terms.size === size.terms.size - meaning.terms.size) return rest.add(Poly.monomial([name], sign));
  }
  return size;
}

/** Each term that the product divides. */
function asFactor(size: Poly, name: string, meaning: Poly): Poly {
  let result = size;
  for (const [monomial, coefficient] of size.terms) {
    const term = Poly.monomial(atomsOf(monomial), coefficient);
    const rest = term.divideExact(meaning);
    if (rest !== undefined) result = result.sub(term).add(rest.mul(Poly.atom(name)));
  }
  return result;
}
