import { describe, expect, it, test } from "vitest";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import type { Node } from "../../../compiler/graph/node.ts";
import { Poly } from "../../../compiler/size/poly.ts";
import { lanesOf, MATRIX_TILES, subgroupCount } from "../../../compiler/wgsl/product/matrix-tile.ts";
import { LIMITS, lowered, type Result } from "./lowered.ts";
import { Net, optimise } from "./nets.ts";

type Options = Parameters<typeof lowered>[1];

/** Kernels of a graph with an output for each node. */
function kernels(g: GraphBuilder, nodes: readonly Node[], options?: Options): Result["names"] {
  return lowered(g.graph("f", nodes.map((node, i) => ({ name: `out${i}`, node }))), options).names;
}

describe("sums beside products", () => {
  it("are the gradients of biases beside those of weights", () => {
    const net = new Net(new GraphBuilder([{ name: "N", min: 2, max: 40 }]));
    const x = net.g.input("x", "f32", [4, Poly.atom("N"), 24]);
    const graph = net.training("step", net.linear(net.gelu(net.linear(x, 32, "first")), 16, "second"));
    const { names } = lowered(optimise(graph));
    expect(names.filter((name) => name === "product_matmul_sum")).toHaveLength(2);
    // The only other sum is the loss.
    expect(names.filter((name) => name.startsWith("fold"))).toEqual(["fold_sum_div"]);
    expect(lowered(optimise(graph), { fusion: "none" }).names).not.toContain("product_matmul_sum");
  });

  it("of the projection that makes queries, keys and values are one too", () => {
    const net = new Net(new GraphBuilder([]));
    const { names } = lowered(optimise(net.training("step", net.attention(net.linear(net.g.input("x", "f32", [2, 16, 20]), 24, "in"), 3, "a"))));
    expect(names.filter((name) => name === "product_matmul_sum")).toHaveLength(3);
  });

  it("make no product wait that comes before its sum", () => {
    // The bias's gradient is asked for first.
    const g = new GraphBuilder([]);
    const [x, dy] = [g.input("x", "f32", [32, 8]), g.input("dy", "f32", [32, 12])];
    expect(kernels(g, [g.sum(dy, [0]), g.matmul(g.swapLast(dy), x)])).toEqual(["product_matmul_sum"]);
  });

  it("leave what is computed from them to another kernel", () => {
    const g = new GraphBuilder([]);
    const [x, dy] = [g.input("x", "f32", [32, 8]), g.input("dy", "f32", [32, 12])];
    const db = g.sum(dy, [0]);
    const dw = g.matmul(g.swapLast(x), dy);
    expect(kernels(g, [dw, g.exp(db), g.mul(dw, g.broadcast(db, [1], dw.shape))])).toEqual(["product_matmul_sum", "map_exp", "map_mul"]);
  });
});

test("sums by matrix units find room where results will pass, and a lane for each", () => {
  for (const tile of MATRIX_TILES.flatMap((tiles) => Object.values(tiles))) {
    const lanes = lanesOf(tile);
    const results = subgroupCount(tile) * tile.unit.m * tile.unit.n;
    for (const length of [tile.rows, tile.columns]) {
      expect(lanes % (length / 4)).toBe(0);
      expect(length).toBeLessThanOrEqual(lanes);
      expect(Math.max(4 * lanes, (length * tile.depth) / 4)).toBeLessThanOrEqual(results);
    }
  }
});

describe("a sum stays apart", () => {
  const g = new GraphBuilder([]);
  const x = g.input("x", "f32", [32, 8]);
  const dy = g.input("dy", "f32", [32, 12]);

  it("along rows, which are folded where they are made", () => {
    expect(kernels(g, [g.matmul(x, g.weight("w", [8, 12])), g.sum(x, [1])])).toEqual(["product_matmul", "fold_sum"]);
  });

  it("if the product is computed from it", () => {
    const mean = g.broadcast(g.sum(dy, [0]), [1], dy.shape);
    expect(kernels(g, [g.matmul(g.swapLast(dy), g.sub(dy, mean))])).toEqual(["fold_sum", "map_sub", "product_matmul"]);
  });

  it("of one matrix for the rows of all products", () => {
    const w = g.weight("w", [8, 12]);
    expect(kernels(g, [g.matmul(g.input("y", "f32", [4, 5, 8]), w), g.sum(w, [0])])).toEqual(["product_matmul", "fold_sum"]);
  });

  it("over other rows than the product's", () => {
    const y = g.input("y", "f32", [4, 32, 8]);
    const product = g.matmul(g.swapLast(y), g.input("dz", "f32", [4, 32, 12]));
    // As many sums of as many elements, but of every fourth row.
    expect(kernels(g, [product, g.sum(g.reshape(y, [32, 4, 8]), [0])])).toEqual(["product_matmul", "fold_sum"]);
  });

  it("if the product's kernel cannot bind its result", () => {
    const nodes = [g.matmul(g.swapLast(dy), x), g.sum(dy, [0])];
    const withBindings = (count: number) => kernels(g, nodes, { limits: { ...LIMITS, maxStorageBuffersPerShaderStage: count } });
    expect(withBindings(4)).toEqual(["product_matmul_sum"]);
    expect(withBindings(3)).toEqual(["product_matmul", "fold_sum"]);
  });
});
