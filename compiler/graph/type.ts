import { Poly } from "../size/poly.ts";
import type { TensorType } from "./node.ts";

/** A size as callers may write it. */
export type SizeLike = Poly | number;
export type Shape = readonly Poly[];

export function size(value: SizeLike): Poly {
  return typeof value === "number" ? Poly.constant(value) : value;
}

export function shapeOf(sizes: readonly SizeLike[]): Shape {
  return sizes.map(size);
}

/** The number of elements. */
export function elements(shape: Shape): Poly {
  return shape.reduce((product, n) => product.mul(n), Poly.constant(1));
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n.equals(b[i]!));
}

export function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

/** The shape as numbers, if none of its sizes is a runtime size. */
export function constantShape(shape: Shape): number[] | undefined {
  const numbers: number[] = [];
  for (const n of shape) {
    const value = n.constant;
    if (value === undefined) return undefined;
    numbers.push(value);
  }
  return numbers;
}

export function showShape(shape: Shape): string {
  return `[${shape.map(showSize).join(", ")}]`;
}

/** As in the text form: `f32[4, V]`. */
export function showType(type: TensorType): string {
  return `${type.dtype}${showShape(type.shape)}`;
}

/** A size as the text form writes it: `2*V + 1`; an atom that is not an identifier stands in backquotes. */
export function showSize(value: Poly): string {
  const terms = [...value.terms].sort(([a], [b]) => Number(a === "") - Number(b === ""));
  if (terms.length === 0) return "0";
  return terms
    .map(([monomial, coefficient], i) => {
      const sign = coefficient < 0 ? (i === 0 ? "-" : " - ") : i === 0 ? "" : " + ";
      return sign + showTerm(monomial === "" ? [] : monomial.split("*"), Math.abs(coefficient));
    })
    .join("");
}

function showTerm(atoms: readonly string[], coefficient: number): string {
  const factors = atoms.map((atom) => (/^[A-Za-z_]\w*$/.test(atom) ? atom : `\`${atom}\``));
  return (coefficient === 1 && factors.length > 0 ? factors : [`${coefficient}`, ...factors]).join("*");
}
