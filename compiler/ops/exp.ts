import { unary } from "./kit/elementwise.ts";

export const exp = unary({
  name: "exp",
  doc: "e^x",
  dtypes: ["f32"],
  value: Math.exp,
  wgsl: (a) => `exp(${a})`,
  vjp: (ct, _x, y, g) => g.mul(ct, y),
});
