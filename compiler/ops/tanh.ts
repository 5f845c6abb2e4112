import { unary } from "./kit/elementwise.ts";

export const tanh = unary({
  name: "tanh",
  doc: "The hyperbolic tangent.",
  dtypes: ["f32"],
  value: Math.tanh,
  // Some drivers compute it from e^(2x), which overflows; beyond 10 the result is ±1 in f32.
  wgsl: (a) => `tanh(clamp(${a}, -10.0, 10.0))`,
  vjp: (ct, _x, y, g) => g.mul(ct, g.sub(g.fill(1, y), g.mul(y, y))),
});
