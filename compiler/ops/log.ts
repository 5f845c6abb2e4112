import { unary } from "./kit/elementwise.ts";

export const log = unary({
  name: "log",
  doc: "The natural logarithm.",
  dtypes: ["f32"],
  value: Math.log,
  wgsl: (a) => `log(${a})`,
  vjp: (ct, x, _y, g) => g.div(ct, x),
});
