import { unary } from "./kit/elementwise.ts";

export const sqrt = unary({
  name: "sqrt",
  doc: "The square root.",
  dtypes: ["f32"],
  value: Math.sqrt,
  wgsl: (a) => `sqrt(${a})`,
  vjp: (ct, _x, y, g) => g.div(g.mul(g.fill(0.5, ct), ct), y),
});
