/**
 * Sine (`quarter` 0) and cosine (`quarter` 1) in f32. WGSL promises its own to 2^-11 on [-π, π] only, and drivers
 * use that freedom; here every device gives the same numbers to within rounding. The argument is reduced by the
 * nearest multiple of π/2, subtracted in three parts of which the first two have few bits, so that the products are
 * exact; then a least-maximum polynomial on [-π/4, π/4]. Error: 1e-7 for |x| < 5000, 5e-7 for |x| < 30000.
 */
export const SIN_COS = `fn sin_cos(x: f32, quarter: i32) -> f32 {
  let n = round(x * 0.63661975);
  let r = ((x - n * 1.5703125) - n * 0.0004837513) - n * 7.54979e-08;
  let u = r * r;
  let s = r + r * u * (-0.16666655 + u * (0.008332155 - u * 0.00019514085));
  let c = 1.0 - 0.5 * u + u * u * (0.041666646 + u * (-0.0013887337 + u * 2.4434847e-05));
  let k = (i32(n) + quarter) & 3;
  let size = select(s, c, (k & 1) == 1);
  return select(size, -size, (k & 2) == 2);
}
`;
