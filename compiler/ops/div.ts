import { binary } from "./kit/elementwise.ts";

export const div = binary({
  name: "div",
  doc: "a / b; of i32, rounded down.",
  dtypes: ["f32", "i32"],
  value: (a, b, dtype) => (dtype === "i32" ? Math.floor(a / b) : a / b),
  wgsl: (a, b, dtype) => (dtype === "i32" ? `floor_div(${a}, ${b})` : `(${a} / ${b})`),
  helpers: (node) => (node.dtype === "i32" ? FLOOR_DIV : ""),
  vjp(ct, _a, b, y, g) {
    const da = g.div(ct, b);
    return [da, g.neg(g.mul(da, y))];
  },
});

// WGSL's integer division rounds towards zero.
const FLOOR_DIV = `fn floor_div(a: i32, b: i32) -> i32 {
  let q = a / b;
  return select(q, q - 1, a % b != 0 && (a < 0) != (b < 0));
}
`;
