import { binary } from "./kit/elementwise.ts";

export const mul = binary({
  name: "mul",
  doc: "a · b",
  dtypes: ["f32", "i32"],
  value: (a, b) => a * b,
  wgsl: (a, b) => `(${a} * ${b})`,
  vjp: (ct, a, b, _y, g) => [g.mul(ct, b), g.mul(ct, a)],
});
