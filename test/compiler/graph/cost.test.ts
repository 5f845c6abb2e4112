import { expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import { graphCost } from "../../../compiler/graph/cost.ts";
import { Poly } from "../../../compiler/size/poly.ts";

test("counts a multiply-add as two operations and movement as none, over runtime sizes", () => {
  const V = Poly.atom("V");
  const g = new GraphBuilder([{ name: "V", min: 1, max: 9 }]);
  const product = g.matmul(g.input("x", "f32", [V, 3]), g.transpose(g.weight("w", [5, 3]), [1, 0]));
  const cost = graphCost(g.graph("g", [{ name: "y", node: g.exp(product) }]));
  expect(cost.flops.toString()).toBe("35*V"); // 2·3·5 and 5
  // x once written; w once; transposed read and write; x, wᵀ, product; product, result
  expect(cost.bytes.evaluate({ V: 2 })).toBe(4 * (6 + 15 + 30 + (6 + 15 + 10) + 20));
});
