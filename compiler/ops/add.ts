import { binary } from "./kit/elementwise.ts";

export const add = binary({
  name: "add",
  doc: "a + b",
  dtypes: ["f32", "i32"],
  value: (a, b) => a + b,
  wgsl: (a, b) => `(${a} + ${b})`,
  vjp: (ct) => [ct, ct],
});
