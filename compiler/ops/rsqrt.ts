import { unary } from "./kit/elementwise.ts";

export const rsqrt = unary({
  name: "rsqrt",
  doc: "1 / sqrt(x)",
  dtypes: ["f32"],
  value: (a) => 1 / Math.sqrt(a),
  wgsl: (a) => `inverseSqrt(${a})`,
  // d x^(-1/2) = -1/2 x^(-3/2) = -1/2 y^3
  vjp: (ct, _x, y, g) => g.mul(g.mul(g.fill(-0.5, ct), ct), g.mul(y, g.mul(y, y))),
});
