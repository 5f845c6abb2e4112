import { unary } from "./kit/elementwise.ts";

export const abs = unary({
  name: "abs",
  doc: "|x|; its derivative at 0 is 0.",
  dtypes: ["f32", "i32"],
  value: Math.abs,
  wgsl: (a) => `abs(${a})`,
  vjp(ct, x, _y, g) {
    const zero = g.fill(0, x);
    return g.select(g.gt(x, zero), ct, g.select(g.lt(x, zero), g.neg(ct), zero));
  },
});
