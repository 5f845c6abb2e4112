import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import type { Node } from "../../../compiler/graph/node.ts";
import type { ProductTuning, Tuning } from "../../../compiler/schedule/tuning.ts";
import { TILES, type TileName } from "../../../compiler/wgsl/product/tile-choice.ts";
import { plainest, Program, testGpu, worstError, type Choose } from "./device.ts";
import { Net, valuesFor } from "./nets.ts";

const bySubgroup: Choose = (variant) => variant.subgroupSize === 8;
const byTile: Choose = (variant) => variant.adapter === "hardware";

type Size = readonly [m: number, k: number, n: number];
/** By fours and not, below and above one tile. */
const SIZES: readonly Size[] = [[1, 1, 1], [5, 3, 7], [37, 19, 70], [16, 8, 32], [40, 36, 68], [65, 64, 132]];
const LARGE: readonly Size[] = [[37, 19, 70], [132, 36, 140]];
const LAYOUTS = ["nn", "nt", "tn", "tt"] as const;

function operand(g: GraphBuilder, name: string, batch: readonly number[], rows: number, columns: number, swapped: boolean): Node {
  return swapped ? g.swapLast(g.input(name, "f32", [...batch, columns, rows])) : g.input(name, "f32", [...batch, rows, columns]);
}

/** Tunes products of all sizes alike, and of their parts where they are split. */
function tunedAs(product: ProductTuning): Tuning {
  return { adapter: "hardware", products: {}, otherwise: product };
}

async function expectRight(layout: string, [m, k, n]: Size, batch: readonly number[], choose: Choose, tuning: Tuning): Promise<Program> {
  const g = new GraphBuilder([]);
  const net = new Net(g);
  const a = operand(g, "a", batch, m, k, layout[0] === "t");
  const b = operand(g, "b", batch, k, n, layout[1] === "t");
  const product = g.matmul(a, b);
  const bias = g.broadcast(g.input("bias", "f32", [n]), [product.shape.length - 1], product.shape);
  const before = g.add(product, bias);
  const graph = g.graph("product", [{ name: "before", node: before }, { name: "after", node: net.gelu(before) }]);
  const program = new Program(await testGpu(), graph, { tuning });
  const run = { seed: 0, step: 0, sizes: {}, values: valuesFor(graph, {}) };
  const found = await program.run(run, choose);
  for (const [name, value] of evaluateGraph(graph, run)) {
    expect(worstError(found.get(name)!, value), `${name} of ${m} x ${k} x ${n}`).toBeLessThan(2e-6);
  }
  program.dispose();
  return program;
}

describe.each(LAYOUTS)("products %s", (layout) => {
  test.each([
    ["one lane each", plainest],
    ["by subgroups", bySubgroup],
    ["by tiles", byTile],
  ] as const)("%s: equal the reference at any remainder", async (_, choose) => {
    for (const size of SIZES) {
      for (const batch of [[], [3]]) {
        const program = await expectRight(layout, size, batch, choose, tunedAs({}));
        expect(program.kernelNames).toHaveLength(1);
      }
    }
  });

  test("by large tiles and blocks: equal the reference at any remainder", async () => {
    const tuning = tunedAs({ tile: "128x128", block: { bands: 3, fours: 2 } });
    for (const size of LARGE) {
      await expectRight(layout, size, [], byTile, tuning);
      await expectRight(layout, size, [], bySubgroup, tuning);
    }
  });

  test("in parts of the inner axis: equal the reference", async () => {
    const program = await expectRight(layout, [33, 48, 20], [], bySubgroup, tunedAs({ split: 4 }));
    expect(program.kernelNames).toEqual(["product_matmul", "fold_sum_add_mul"]);
    // An axis that does not divide stays whole.
    const whole = await expectRight(layout, [33, 46, 20], [], bySubgroup, tunedAs({ split: 4 }));
    expect(whole.kernelNames).toHaveLength(1);
  });
});

test.each(["128x64", "64x64"] satisfies TileName[])("by tiles of %s: equal the reference", async (tile) => {
  await expectRight("nt", LARGE[1]!, [2], byTile, tunedAs({ tile }));
});

test("every tile has a patch for each lane at most, and fits every adapter", () => {
  for (const { rows, columns, depth, each } of Object.values(TILES)) {
    const lanes = (rows / each.rows) * (columns / each.columns);
    expect(((rows + columns) * depth) / 16).toBeLessThanOrEqual(lanes);
    expect(lanes).toBeLessThanOrEqual(256);
    expect((rows + columns) * depth * 4).toBeLessThanOrEqual(16384);
  }
});
