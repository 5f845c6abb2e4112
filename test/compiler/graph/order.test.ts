import { expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import { topological } from "../../../compiler/graph/order.ts";

test("puts every node after its inputs, each once", () => {
  const g = new GraphBuilder();
  const x = g.input("x", "f32", [2]);
  const a = g.exp(x);
  const b = g.mul(a, x);
  expect(topological([g.add(b, a), a]).map((node) => node.op)).toEqual(["input", "exp", "mul", "add"]);
});

test("walks graphs deeper than the call stack", () => {
  const g = new GraphBuilder();
  let x = g.input("x", "f32", []);
  for (let i = 0; i < 50_000; i++) x = g.neg(x);
  expect(topological([x])).toHaveLength(50_001);
});
