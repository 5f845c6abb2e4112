import { unary } from "./kit/elementwise.ts";

export const ceil = unary({
  name: "ceil",
  doc: "The smallest integer not below x.",
  dtypes: ["f32"],
  value: Math.ceil,
  wgsl: (a) => `ceil(${a})`,
});
