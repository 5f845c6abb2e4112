import { binary } from "./kit/elementwise.ts";

export const sub = binary({
  name: "sub",
  doc: "a - b",
  dtypes: ["f32", "i32"],
  value: (a, b) => a - b,
  wgsl: (a, b) => `(${a} - ${b})`,
  vjp: (ct, _a, _b, _y, g) => [ct, g.neg(ct)],
});
