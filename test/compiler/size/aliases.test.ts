import { describe, expect, it } from "vitest";
import { inNames } from "../../../compiler/size/aliases.ts";
import { Poly } from "../../../compiler/size/poly.ts";

const [rows, cols, V, B] = ["rows", "cols", "V", "B"].map((name) => Poly.atom(name)) as [Poly, Poly, Poly, Poly];
const tokens = rows.mul(cols);
const names = new Map([
  ["T", tokens],
  ["M", tokens.sub(V)],
  ["also_B", B],
  ["four", Poly.constant(4)],
]);
const shown = (size: Poly) => inNames(size, names).toString();

describe("inNames", () => {
  it("finds products, sums and multiples", () => {
    expect(shown(tokens)).toBe("T");
    expect(shown(tokens.mul(B))).toBe("B*T");
    expect(shown(tokens.sub(V))).toBe("M");
    expect(shown(tokens.sub(V).mul(B))).toBe("B*M");
    expect(shown(tokens.sub(V).add(B))).toBe("B + M");
    expect(shown(B.sub(tokens).add(V))).toBe("B - M");
  });

  it("leaves plain names, numbers and everything else", () => {
    expect(shown(B)).toBe("B");
    expect(shown(Poly.constant(4))).toBe("4");
    expect(shown(Poly.constant(0))).toBe("0");
    expect(shown(rows.add(cols))).toBe("cols + rows");
  });
});
