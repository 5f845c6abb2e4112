import { binary } from "./kit/elementwise.ts";

export const pow = binary({
  name: "pow",
  doc: "a to the power b; a may be negative where b is an integer.",
  dtypes: ["f32"],
  value: (a, b) => a ** b,
  wgsl: (a, b) => `power(${a}, ${b})`,
  helpers: () => POWER,
  vjp(ct, a, b, y, g) {
    const da = g.mul(ct, g.mul(b, g.pow(a, g.sub(b, g.fill(1, b)))));
    return [da, g.mul(ct, g.mul(y, g.log(a)))];
  },
});

// WGSL leaves pow of a negative base undefined. The log of what is negative is NaN, as a WGSL literal cannot be.
const POWER = `fn power(a: f32, b: f32) -> f32 {
  if (b == 0.0) {
    return 1.0;
  }
  let size = pow(abs(a), b);
  if (a >= 0.0) {
    return size;
  }
  if (b != floor(b)) {
    return log(a);
  }
  return select(size, -size, b - 2.0 * floor(b * 0.5) == 1.0);
}
`;
