import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import type { Node } from "../../../compiler/graph/node.ts";
import { plainest, Program, testGpu, worstError, type Choose } from "./device.ts";
import { Net, valuesFor } from "./nets.ts";

const bySubgroup: Choose = (variant) => variant.subgroupSize === 8;
const byTile: Choose = (variant) => variant.adapter === "hardware";

/** M, K, N: by fours and not, below and above one tile. */
const SIZES = [[1, 1, 1], [5, 3, 7], [37, 19, 70], [16, 8, 32], [40, 36, 68], [65, 64, 132]] as const;
const LAYOUTS = ["nn", "nt", "tn", "tt"] as const;

function operand(g: GraphBuilder, name: string, batch: readonly number[], rows: number, columns: number, swapped: boolean): Node {
  return swapped ? g.swapLast(g.input(name, "f32", [...batch, columns, rows])) : g.input(name, "f32", [...batch, rows, columns]);
}

describe.each(LAYOUTS)("products %s", (layout) => {
  test.each([
    ["one lane each", plainest],
    ["by subgroups", bySubgroup],
    ["by tiles", byTile],
  ] as const)("%s: equal the reference at any remainder", async (_, choose) => {
    for (const [m, k, n] of SIZES) {
      for (const batch of [[], [3]]) {
        const g = new GraphBuilder([]);
        const net = new Net(g);
        const a = operand(g, "a", batch, m, k, layout[0] === "t");
        const b = operand(g, "b", batch, k, n, layout[1] === "t");
        const product = g.matmul(a, b);
        const bias = g.broadcast(g.input("bias", "f32", [n]), [product.shape.length - 1], product.shape);
        const before = g.add(product, bias);
        const graph = g.graph("product", [{ name: "before", node: before }, { name: "after", node: net.gelu(before) }]);
        const program = new Program(await testGpu(), graph);
        expect(program.kernelNames).toHaveLength(1);
        const run = { seed: 0, step: 0, sizes: {}, values: valuesFor(graph, {}) };
        const found = await program.run(run, choose);
        for (const [name, value] of evaluateGraph(graph, run)) {
          expect(worstError(found.get(name)!, value), `${name} of ${m} x ${k} x ${n}`).toBeLessThan(2e-6);
        }
        program.dispose();
      }
    }
  });
});
