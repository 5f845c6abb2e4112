import { describe, expect, test } from "vitest";
import { gradients } from "../../../compiler/autodiff/gradients.ts";
import { Evaluator } from "../../../compiler/graph/evaluate.ts";
import { ndarray } from "../../../compiler/graph/ndarray.ts";
import { topological } from "../../../compiler/graph/order.ts";
import { verifyGraph } from "../../../compiler/graph/verify.ts";
import { runPasses } from "../../../compiler/passes/pipeline.ts";
import { modelOf } from "../../support/models.ts";

const text = (body: string): string => `model M {
  config batch = 3
  input x: f32[batch, 4]
  net a = Layer()
  net b = Layer()
  train { ${body} }
  optimize a, b with Plain(lr: 0.1)
}
module Layer() {
  param w: f32[4, 4] = normal(0.3)
  fn (x: f32[N, 4]) -> f32[N, 4] = x + tanh(x @ w) * exp(-square(x))
}
fn normal(scale: real) -> f32[..S] = scale * uniform([..S])
fn twice(x: f32[N, 4]) -> f32[N, 4] = x * x
optimizer Plain(lr: real) { update w by g { w = w - lr * g } }`;

/** Loss and gradients in f64, and how many operations the optimised graph of both has. */
function outcome(body: string): { values: number[][]; ops: string[] } {
  const model = modelOf("m.jm", {}, text(body));
  const weights = model.weights.map((weight) => model.builder.weight(weight.name, weight.shape));
  const nodes = [model.loss, ...gradients(model.loss, weights, model.builder)];
  const graph = runPasses(model.builder.graph("step", nodes.map((node, i) => ({ name: `${i}`, node }))));
  expect(verifyGraph(graph)).toEqual([]);
  const ramp = (count: number, scale: number) => Float64Array.from({ length: count }, (_, i) => scale * Math.sin(i + 1));
  const values = new Map([["x", ndarray("f32", [3, 4], ramp(12, 1))], ["a.w", ndarray("f32", [4, 4], ramp(16, 0.5))], ["b.w", ndarray("f32", [4, 4], ramp(16, 0.7))]]);
  const evaluator = new Evaluator({ seed: 1, step: 0, sizes: {}, values });
  return {
    values: graph.outputs.map(({ node }) => [...evaluator.value(node).data]),
    ops: topological(graph.outputs.map(({ node }) => node)).map((node) => node.op),
  };
}

const plain = outcome("minimize mean(b(a(x)))");

describe("checkpoint", () => {
  test.each([
    ["around each layer", "let h = checkpoint(a(x))\n minimize mean(checkpoint(b(h)))", 4],
    ["around both", "minimize mean(checkpoint(b(a(x))))", 4],
    ["inside another", "minimize mean(checkpoint(b(checkpoint(a(x)))))", 5],
    ["of what others use, too", "let h = checkpoint(a(x))\n let y = checkpoint(b(h))\n minimize mean(y) + 0.0 * mean(h * y)", 4],
  ])("%s leaves every bit of loss and gradients", (_, body, times) => {
    const { values, ops } = outcome(body);
    expect(values).toEqual(plain.values);
    expect(ops).not.toContain("checkpoint");
    // Each hyperbolic tangent is taken once more for each checkpoint around it.
    const tanhs = (all: readonly string[]): number => all.filter((op) => op === "tanh").length;
    expect(tanhs(plain.ops)).toBe(2);
    expect(tanhs(ops)).toBe(times);
    expect(ops).toContain("after");
  });

  test("recomputes nothing that no gradient asks for", () => {
    const { ops, values } = outcome("minimize mean(b(a(x))) report spread = mean(checkpoint(twice(stop(a(x)))))");
    expect(values).toEqual(plain.values);
    expect(ops).not.toContain("after");
  });
});
