import { binary } from "./kit/elementwise.ts";

export const or = binary({
  name: "or",
  doc: "Whether one or both are true.",
  dtypes: ["bool"],
  value: (a, b) => Number(a !== 0 || b !== 0),
  wgsl: (a, b) => `(${a} || ${b})`,
});
