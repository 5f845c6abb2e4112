import { expect, test } from "vitest";
import { evaluateHost, type DispatchCost } from "../../../runtime/plan/index.ts";
import { compileModel } from "../../support/session.ts";

const text = `import { SGD } from "std/optimizers"
module Matrix(rows: int, columns: int) {
  param value: f32[rows, columns] = full([rows, columns], 1.0)
  fn (x: f32[N, rows]) -> f32[N, columns] = x @ value
}
model M {
  config batch = 10
  dim N in 2..10 = 2 + step
  net matrix = Matrix(8, 8)
  train {
    let x = uniform([N, 8])
    minimize mean(matrix(x))
  }
  optimize matrix with SGD(lr: 0.1)
  export fn apply(x: f32[K, 8]) -> f32[K, 8] = matrix(x)
}
`;

const at = ({ flops, bytes }: DispatchCost, sizes: Record<string, number>): number[] => [flops, bytes].map((expr) => evaluateHost(expr, { step: 0, seed: 0, sizes }));

test("a product's cost follows its runtime size: two for a multiply-add, each tensor once", () => {
  const { plan } = compileModel("m.jm", {}, text);
  const [only, ...more] = plan.programs["apply"]!.dispatches;
  expect(more).toEqual([]);
  expect(only!.source).toBe("m.jm:4");
  const [size] = plan.programs["apply"]!.sizes;
  for (const k of [1, 7]) expect(at(only!.cost!, { [size!]: k })).toEqual([2 * k * 8 * 8, 4 * (k * 8 + 8 * 8 + k * 8)]);
});

test("an update of flat memory reads and writes its weights and states", () => {
  const { plan } = compileModel("m.jm", {}, text);
  const last = plan.programs["step"]!.dispatches.at(-1)!;
  // Weight and momentum are read and written, the gradient is read: five times 8 by 8.
  expect(at(last.cost!, {})[1]).toBe(5 * 4 * 8 * 8);
});
