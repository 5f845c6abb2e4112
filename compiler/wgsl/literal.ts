import type { DType } from "@jepac/runtime/plan";

/** A number as WGSL writes it. Infinities become the largest finite value, as WGSL has no literal for them. */
export function literal(value: number, dtype: DType): string {
  if (dtype === "bool") return String(value !== 0);
  if (dtype === "i32") return value === -2147483648 ? "i32(-2147483648)" : value < 0 ? `(${value})` : `${value}`;
  const largest = 3.4028234663852886e38;
  // Below the smallest normal number the literal would be an error on some drivers.
  const finite = Math.fround(Math.max(-largest, Math.min(largest, value)));
  const text = Math.abs(finite) < 1.1754943508222875e-38 ? "0.0" : shortest(finite);
  return finite < 0 && text !== "0.0" ? `(${text})` : text;
}

/** The shortest decimal that rounds to this f32. */
function shortest(value: number): string {
  for (let digits = 1; digits < 10; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return decimal(Number(text));
  }
  return decimal(value);
}

function decimal(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The counter-based random numbers of the plan's contract (runtime/plan/random.ts), bit for bit. */
export const RANDOM = `fn mix32(a: u32) -> u32 {
  var x = (a ^ (a >> 16u)) * 0x7feb352du;
  x = (x ^ (x >> 15u)) * 0x846ca68bu;
  return x ^ (x >> 16u);
}
fn uniform_at(key: u32, index: u32) -> f32 {
  return f32(mix32(mix32(index + 0x9e3779b9u) ^ key) >> 8u) * 0x1p-24f;
}`;
