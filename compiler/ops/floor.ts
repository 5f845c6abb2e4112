import { unary } from "./kit/elementwise.ts";

export const floor = unary({
  name: "floor",
  doc: "The largest integer not above x.",
  dtypes: ["f32"],
  value: Math.floor,
  wgsl: (a) => `floor(${a})`,
});
