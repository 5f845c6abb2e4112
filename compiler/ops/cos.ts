import { unary } from "./kit/elementwise.ts";
import { SIN_COS } from "./kit/sin-cos.ts";

export const cos = unary({
  name: "cos",
  doc: "The cosine; accurate to about 1e-7 for |x| up to some thousands.",
  dtypes: ["f32"],
  value: Math.cos,
  wgsl: (a) => `sin_cos(${a}, 1)`,
  helpers: () => SIN_COS,
  vjp: (ct, x, _y, g) => g.neg(g.mul(ct, g.sin(x))),
});
