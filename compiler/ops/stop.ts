import { unary } from "./kit/elementwise.ts";

export const stop = unary({
  name: "stop",
  doc: "x itself, but no gradient flows through it.",
  dtypes: ["f32", "i32", "bool"],
  value: (a) => a,
  wgsl: (a) => a,
});
