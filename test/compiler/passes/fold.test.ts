import { expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import type { Node } from "../../../compiler/graph/node.ts";
import { cse } from "../../../compiler/passes/cse.ts";
import { fold } from "../../../compiler/passes/fold.ts";
import { removeStop } from "../../../compiler/passes/remove-stop.ts";
import type { Pass } from "../../../compiler/passes/pass.ts";
import { Poly } from "../../../compiler/size/poly.ts";
import { expression } from "./expression.ts";

const N = Poly.atom("N");

function after(pass: Pass, make: (g: GraphBuilder) => Node): Node {
  const g = new GraphBuilder([{ name: "N", min: 1, max: 9 }]);
  return pass.run(g.graph("g", [{ name: "y", node: make(g) }])).outputs[0]!.node;
}

const angles = (g: GraphBuilder) => g.mul(g.cast(g.iota([4, 2], 0), "f32"), g.constant(0.5, "f32", [4, 2]));

test("what depends on nothing that varies becomes a table, computed in f64", () => {
  const node = after(fold, (g) => g.add(g.sin(angles(g)), g.input("x", "f32", [4, 2])));
  expect(expression(node)).toBe("add(table[4, 2], x)");
  expect(node.inputs[0]!.attrs["data"]).toEqual(Float64Array.of(0, 0, Math.sin(0.5), Math.sin(0.5), Math.sin(1), Math.sin(1), Math.sin(1.5), Math.sin(1.5)));
});

test("a few steps of index arithmetic stay", () => {
  expect(expression(after(fold, (g) => g.add(angles(g), g.input("x", "f32", [4, 2]))))).toBe('add(mul(cast["f32"](iota[0]->[4, 2]()), 0.5), x)');
});

test("repetition stays outside the table", () => {
  const node = after(fold, (g) => g.add(g.broadcast(g.sin(angles(g)), [1, 2], [3, 4, 2]), g.input("x", "f32", [3, 4, 2])));
  expect(expression(node)).toBe("add(broadcast[1,2]->[3, 4, 2](table[4, 2]), x)");
});

test("random numbers, steps and runtime sizes are not static", () => {
  const varying = (g: GraphBuilder) => [
    g.exp(g.uniform([4], 0)),
    g.exp(g.broadcast(g.scalar({ get: "step" }), [], [4])),
    g.exp(g.cast(g.iota([N], 0), "f32")),
    g.exp(g.weight("w", [4])),
  ];
  for (const i of [0, 1, 2, 3]) expect(after(fold, (g) => varying(g)[i]!).op).toBe("exp");
});

test("results too large to keep are computed from those that are not", () => {
  const node = after(fold, (g) => {
    const wide = (axis: number) => g.broadcast(g.sin(g.cast(g.iota([3000], 0), "f32")), [axis], [3000, 3000]);
    return g.mul(wide(0), wide(1));
  });
  expect(expression(node)).toBe("mul(broadcast[0]->[3000, 3000](table[3000]), broadcast[1]->[3000, 3000](table[3000]))");
});

test("stop vanishes", () => {
  expect(expression(after(removeStop, (g) => g.exp(g.stop(g.stop(g.input("x", "f32", [])))))).toString()).toBe("exp(x)");
});

test("a·b and b·a become one node", () => {
  const node = after(cse, (g) => {
    const [x, y] = [g.input("x", "f32", [2]), g.input("y", "f32", [2])];
    return g.sub(g.mul(x, y), g.mul(y, x));
  });
  expect(node.inputs[0]).toBe(node.inputs[1]);
});
