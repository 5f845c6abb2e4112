import { binary } from "./kit/elementwise.ts";

export const and = binary({
  name: "and",
  doc: "Whether both are true.",
  dtypes: ["bool"],
  value: (a, b) => Number(a !== 0 && b !== 0),
  wgsl: (a, b) => `(${a} && ${b})`,
});
