import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import type { Graph, Node } from "../../../compiler/graph/node.ts";
import type { SizeLike } from "../../../compiler/graph/type.ts";
import type { ProductTuning, Tuning } from "../../../compiler/schedule/tuning.ts";
import { Poly } from "../../../compiler/size/poly.ts";
import { BACK_ENDS, type BackEnd } from "../../../runtime/plan/schema.ts";
import { Program, testGpu, worstError, type Choose } from "./device.ts";
import { Net, valuesFor } from "./nets.ts";

/** Products of which both operands are summed too, over the inner axis. */
const gpu = await testGpu();
const units = gpu.info.matrices;
const backEnds = BACK_ENDS.filter((backEnd) => backEnd !== "sgm" || units.length > 0);

const by = (backEnd: BackEnd): Choose => (variant) =>
  variant.backEnd === backEnd && (backEnd !== "sgm" || units.some(({ m, n, k }) => m === variant.matrix?.m && n === variant.matrix.n && k === variant.matrix.k));

/** Matrix units round operands to 11 bits. */
const toleranceOf = (backEnd: BackEnd) => (backEnd === "sgm" ? 1e-3 : 2e-6);

type Size = readonly [m: SizeLike, k: SizeLike, n: SizeLike];
/** By fours and not, below and above one tile, and of few turns. */
const SIZES: readonly Size[] = [[1, 1, 1], [5, 3, 7], [37, 19, 70], [16, 8, 32], [40, 36, 68], [65, 64, 132], [132, 5, 36]];
const TWO: readonly Size[] = [[37, 19, 70], [40, 36, 68]];
const LAYOUTS = ["nn", "nt", "tn", "tt"] as const;

/** An operand by its inner axis: it lies so in memory, or the other way round. */
function byDepth(g: GraphBuilder, name: string, batch: readonly SizeLike[], k: SizeLike, length: SizeLike, lies: boolean): Node {
  return lies ? g.weight(name, [...batch, k, length]) : g.swapLast(g.weight(name, [...batch, length, k]));
}

/** A product in a layout of memory, with the sums of both operands, of each product in the batch. */
function summedProduct(g: GraphBuilder, layout: string, batch: readonly SizeLike[], [m, k, n]: Size): Graph {
  const a = byDepth(g, "a", batch, k, m, layout[0] === "t");
  const b = byDepth(g, "b", batch, k, n, layout[1] === "n");
  return g.graph("product", [
    { name: "y", node: g.matmul(g.swapLast(a), b) },
    { name: "a_sum", node: g.sum(a, [batch.length]) },
    { name: "b_sum", node: g.sum(b, [batch.length]) },
  ]);
}

interface How {
  readonly sizes?: Readonly<Record<string, number>>;
  readonly tuning?: Tuning;
  readonly names?: readonly string[];
  readonly tolerance?: number;
}

async function expectRight(graph: Graph, backEnd: BackEnd, how: How = {}): Promise<void> {
  const { sizes = {}, tuning, names = ["product_matmul_sum"], tolerance = toleranceOf(backEnd) } = how;
  const program = new Program(gpu, graph, { precision: backEnd === "sgm" ? "f16" : "f32", ...(tuning && { tuning }) });
  expect(program.kernelNames).toEqual(names);
  // Tiles are for results of some size.
  const [rows, columns] = graph.outputs[0]!.node.shape.slice(-2).map((size) => size.constant ?? 70);
  const { variants } = program.library.kernels[0]!;
  if (backEnd === "sgx" || backEnd === "plain" || rows! * columns! >= 1024) expect(variants.some(by(backEnd))).toBe(true);
  const run = { seed: 0, step: 0, sizes, values: valuesFor(graph, sizes) };
  const found = await program.run(run, by(backEnd));
  for (const [name, value] of evaluateGraph(graph, run)) {
    expect(worstError(found.get(name)!, value), `${name} of ${value.shape.join(" x ")}`).toBeLessThan(tolerance);
  }
  program.dispose();
}

function tunedAs(product: ProductTuning): Tuning {
  return { adapter: "hardware", products: {}, otherwise: product };
}

describe.each(backEnds)("sums beside products, %s", (backEnd) => {
  test.each(LAYOUTS)("%s: equal the reference at any remainder", async (layout) => {
    for (const size of layout === "tn" ? SIZES : TWO) {
      for (const batch of layout === "tn" ? [[], [3]] : [[3]]) await expectRight(summedProduct(new GraphBuilder([]), layout, batch, size), backEnd);
    }
  });

  test("of runtime sizes equal the reference at each of them", async () => {
    const V = Poly.atom("V");
    for (const size of [[40, V, 36], [V, 24, 36]] satisfies Size[]) {
      const graph = summedProduct(new GraphBuilder([{ name: "V", min: 1, max: 70 }]), "tn", [2], size);
      for (const value of [1, 7, 16, 33, 70]) await expectRight(graph, backEnd, { sizes: { V: value } });
    }
  });

  test("over all products of a batch are added up afterwards", async () => {
    const g = new GraphBuilder([]);
    const [x, dy] = [g.weight("x", [3, 20, 36]), g.weight("dy", [3, 20, 40])];
    const graph = g.graph("product", [
      { name: "dw", node: g.matmul(g.swapLast(dy), x) },
      { name: "db", node: g.sum(dy, [0, 1]) },
    ]);
    await expectRight(graph, backEnd, { names: ["product_matmul_sum", "fold_sum"] });
  });

  test("in parts of the inner axis equal the reference", async () => {
    const graph = summedProduct(new GraphBuilder([]), "tn", [], [40, 48, 36]);
    await expectRight(graph, backEnd, { tuning: tunedAs({ split: 4 }), names: ["product_matmul_sum", "fold_sum", "fold_sum", "fold_sum"] });
  });
});

test.each(["128x128", "64x64"] as const)("sums beside products by tiles of %s equal the reference", async (tile) => {
  await expectRight(summedProduct(new GraphBuilder([]), "tn", [], [132, 36, 140]), "tile", { tuning: tunedAs({ tile }) });
});

test.runIf(units.length > 0)("sums beside products by small tiles of matrix units equal the reference", async () => {
  for (const layout of ["tn", "nt"]) {
    await expectRight(summedProduct(new GraphBuilder([]), layout, [], [132, 36, 140]), "sgm", { tuning: tunedAs({ matrixTile: "small" }) });
  }
});

test("sums beside products by large blocks equal the reference", async () => {
  await expectRight(summedProduct(new GraphBuilder([]), "tn", [], [132, 36, 140]), "sgx", { tuning: tunedAs({ block: { bands: 3, fours: 2 } }) });
});

test("parts of products with sums are kept in f32 at half precision", () => {
  const program = new Program(gpu, summedProduct(new GraphBuilder([]), "tn", [], [40, 48, 36]), { precision: "f16", tuning: tunedAs({ split: 4 }) });
  const { text } = program.library.kernels[0]!.variants.at(-1)!;
  expect(text).not.toContain("f16");
  program.dispose();
});

/** Two linear layers and what their weights and biases are to change by. */
describe.each(["f32", "f16"] as const)("gradients of linear layers in %s", (precision) => {
  test.each(backEnds)("%s: equal the reference", async (backEnd) => {
    const V = Poly.atom("V");
    const net = new Net(new GraphBuilder([{ name: "V", min: 1, max: 24 }]));
    const hidden = net.linear(net.g.input("x", "f32", [3, V, 36]), 32, "first");
    const graph = net.training("step", net.linear(hidden, 33, "second"));
    const program = new Program(gpu, graph, { precision });
    expect(program.kernelNames.filter((name) => name === "product_matmul_sum")).toHaveLength(2);
    for (const size of [1, 17]) {
      const run = { seed: 0, step: 0, sizes: { V: size }, values: valuesFor(graph, { V: size }) };
      const found = await program.run(run, by(backEnd));
      for (const [name, value] of evaluateGraph(graph, run)) {
        expect(worstError(found.get(name)!, value), `${name} at ${size}`).toBeLessThan(precision === "f16" ? 5e-3 : 5e-6);
      }
    }
    program.dispose();
  });
});
