import { unary } from "./kit/elementwise.ts";

export const erf = unary({
  name: "erf",
  doc: "The Gauss error function.",
  dtypes: ["f32"],
  value: errorFunction,
  wgsl: (a) => `erf(${a})`,
  helpers: () => ERF,
  vjp(ct, x, _y, g) {
    const slope = g.mul(g.fill(2 / Math.sqrt(Math.PI), x), g.exp(g.neg(g.mul(x, x))));
    return g.mul(ct, slope);
  },
});

/**
 * In f32: below 1 an odd polynomial, above it 1 - exp(-q(|x|)), where q is a polynomial for -log(erfc). Both are
 * least-maximum fits of our own (relative error 2e-9 and absolute error 1e-9 before rounding); with f32 rounding the
 * error is below 2e-7 everywhere.
 */
const ERF = `fn erf(x: f32) -> f32 {
  let a = min(abs(x), 4.0);
  let u = a * a;
  let near = a * (1.1283791 + u * (-0.37612626 + u * (0.112835854 + u * (-0.026853813 + u * (0.0051883277
    + u * (-0.0008010194 + u * 7.8538615e-05))))));
  let q = -0.00018803669 + a * (1.1295784 + a * (0.6332199 + a * (0.10841855 + a * (-0.025208239 + a * (0.004204556
    + a * (-0.0004413352 + a * 2.1686754e-05))))));
  let size = select(1.0 - exp(-q), near, a < 1.0);
  return select(size, -size, x < 0.0);
}
`;

/** In f64: the power series, where it does not cancel, or the continued fraction of erfc. */
function errorFunction(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (!(a >= 2.5)) {
    // erf x = 2/√π · e^(-x²) · Σ 2^n x^(2n+1) / (2n+1)!!  (DLMF 7.6.2): all terms are positive
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  // √π e^(x²) erfc x = 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...))))  (DLMF 7.9.1), from far inside outwards
  let fraction = a;
  for (let n = 80; n > 0; n--) fraction = a + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * fraction));
}
