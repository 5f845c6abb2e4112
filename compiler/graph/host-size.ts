import type { HostExpr } from "@jepac/runtime/plan";
import type { Poly } from "../size/poly.ts";

/** A size as the host computes it each step from the runtime sizes. */
export function hostSize(value: Poly): HostExpr {
  let sum: HostExpr | undefined;
  for (const [monomial, coefficient] of value.terms) {
    let product: HostExpr | undefined = coefficient === 1 && monomial !== "" ? undefined : coefficient;
    for (const atom of monomial === "" ? [] : monomial.split("*")) {
      product = product === undefined ? { size: atom } : { call: "mul", args: [product, { size: atom }] };
    }
    sum = sum === undefined ? product! : { call: "add", args: [sum, product!] };
  }
  return sum ?? 0;
}
