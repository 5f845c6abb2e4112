import { unary } from "./kit/elementwise.ts";

export const not = unary({
  name: "not",
  doc: "Whether x is false.",
  dtypes: ["bool"],
  value: (a) => (a === 0 ? 1 : 0),
  wgsl: (a) => `(!${a})`,
});
