import { binary } from "./kit/elementwise.ts";

export const lt = binary({
  name: "lt",
  doc: "Whether a < b.",
  dtypes: ["f32", "i32"],
  result: "bool",
  value: (a, b) => Number(a < b),
  wgsl: (a, b) => `(${a} < ${b})`,
});
