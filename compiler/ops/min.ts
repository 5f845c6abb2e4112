import { binary } from "./kit/elementwise.ts";

export const min = binary({
  name: "min",
  doc: "The smaller of a and b; the derivative at a tie goes to a.",
  dtypes: ["f32", "i32"],
  value: (a, b) => Math.min(a, b),
  wgsl: (a, b) => `min(${a}, ${b})`,
  vjp(ct, a, b, _y, g) {
    const first = g.le(a, b);
    const zero = g.fill(0, ct);
    return [g.select(first, ct, zero), g.select(first, zero, ct)];
  },
});
