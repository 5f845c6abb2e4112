import { binary } from "./kit/elementwise.ts";

export const max = binary({
  name: "max",
  doc: "The larger of a and b; the derivative at a tie goes to a.",
  dtypes: ["f32", "i32"],
  value: (a, b) => Math.max(a, b),
  wgsl: (a, b) => `max(${a}, ${b})`,
  vjp(ct, a, b, _y, g) {
    const first = g.ge(a, b);
    const zero = g.fill(0, ct);
    return [g.select(first, ct, zero), g.select(first, zero, ct)];
  },
});
