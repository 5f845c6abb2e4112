import { unary } from "./kit/elementwise.ts";

export const neg = unary({
  name: "neg",
  doc: "-x",
  dtypes: ["f32", "i32"],
  value: (a) => -a,
  wgsl: (a) => `(-${a})`,
  vjp: (ct, _x, _y, g) => g.neg(ct),
});
