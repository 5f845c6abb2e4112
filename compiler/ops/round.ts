import { unary } from "./kit/elementwise.ts";

export const round = unary({
  name: "round",
  doc: "The nearest integer; halves go to the even one.",
  dtypes: ["f32"],
  value: halfToEven,
  wgsl: (a) => `round(${a})`,
});

function halfToEven(a: number): number {
  const below = Math.floor(a);
  if (a - below !== 0.5) return Math.round(a);
  return below % 2 === 0 ? below : below + 1;
}
