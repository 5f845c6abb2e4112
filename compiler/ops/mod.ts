import { binary } from "./kit/elementwise.ts";

export const mod = binary({
  name: "mod",
  doc: "a - b·floor(a / b): the remainder with the sign of b.",
  dtypes: ["f32", "i32"],
  value: (a, b) => a - b * Math.floor(a / b),
  wgsl: (a, b, dtype) => `floor_mod_${dtype}(${a}, ${b})`,
  helpers: (node) => (node.dtype === "i32" ? FLOOR_MOD_I32 : FLOOR_MOD_F32),
  vjp: (ct, a, b, _y, g) => [ct, g.neg(g.mul(ct, g.floor(g.div(a, b))))],
});

const FLOOR_MOD_I32 = `fn floor_mod_i32(a: i32, b: i32) -> i32 {
  let r = a % b;
  return select(r, r + b, r != 0 && (r < 0) != (b < 0));
}
`;
const FLOOR_MOD_F32 = `fn floor_mod_f32(a: f32, b: f32) -> f32 {
  let r = a % b;
  return select(r, r + b, r != 0.0 && (r < 0.0) != (b < 0.0));
}
`;
