import { unary } from "./kit/elementwise.ts";
import { SIN_COS } from "./kit/sin-cos.ts";

export const sin = unary({
  name: "sin",
  doc: "The sine; accurate to about 1e-7 for |x| up to some thousands.",
  dtypes: ["f32"],
  value: Math.sin,
  wgsl: (a) => `sin_cos(${a}, 0)`,
  helpers: () => SIN_COS,
  vjp: (ct, x, _y, g) => g.mul(ct, g.cos(x)),
});
