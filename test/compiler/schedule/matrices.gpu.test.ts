import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import type { Node } from "../../../compiler/graph/node.ts";
import { BACK_ENDS } from "../../../runtime/plan/schema.ts";
import { UNTUNED } from "../../../compiler/schedule/tuning.ts";
import { shapeOf } from "../../../compiler/graph/type.ts";
import { Poly } from "../../../compiler/size/poly.ts";
import { Program, testGpu, worstError, type Choose } from "./device.ts";
import { Net, valuesFor } from "./nets.ts";

/** Only a software driver that has matrix units can run these: `npm run test:mesa26`. */
const gpu = await testGpu();
const units = gpu.info.matrices;
const byMatrix: Choose = ({ backEnd, matrix }) => backEnd === "sgm" && units.some(({ m, n, k }) => m === matrix?.m && n === matrix.n && k === matrix.k);

/** M, K, N: by fours and not, below and above one tile, and of less than one matrix. */
const SIZES = [[32, 16, 32], [37, 19, 70], [40, 36, 68], [65, 64, 132], [33, 5, 35], [128, 3, 9]] as const;
const LAYOUTS = ["nn", "nt", "tn", "tt"] as const;
/** Operands are rounded to 11 bits: the error of sums of random signs, relative to the largest. */
const TOLERANCE = 1e-3;

function operand(g: GraphBuilder, name: string, batch: readonly number[], rows: number, columns: number, swapped: boolean): Node {
  return swapped ? g.swapLast(g.weight(name, [...batch, columns, rows])) : g.weight(name, [...batch, rows, columns]);
}

describe.runIf(units.length > 0).each(LAYOUTS)("products %s by matrix units", (layout) => {
  test.each([[[], "large"], [[3], "large"], [[], "small"]] as const)("batch %j, %s tiles: equal the reference at any remainder", async (batch, matrixTile) => {
    for (const [m, k, n] of SIZES) {
      const g = new GraphBuilder([]);
      const net = new Net(g);
      const a = operand(g, "a", batch, m, k, layout[0] === "t");
      const b = operand(g, "b", batch, k, n, layout[1] === "t");
      const product = g.matmul(a, b);
      const bias = g.broadcast(g.input("bias", "f32", [n]), [product.shape.length - 1], product.shape);
      const before = g.add(product, bias);
      const graph = g.graph("product", [{ name: "before", node: before }, { name: "after", node: net.gelu(before) }]);
      const program = new Program(gpu, graph, { precision: "f16", tuning: { ...UNTUNED, otherwise: { matrixTile } } });
      const ran = program.library.kernels.map(({ variants }) => variants.some(byMatrix));
      expect(ran).toEqual([true]);
      const run = { seed: 0, step: 0, sizes: {}, values: valuesFor(graph, {}) };
      const found = await program.run(run, byMatrix);
      for (const [name, value] of evaluateGraph(graph, run)) {
        const error = worstError(found.get(name)!, value);
        expect(error, `${name} of ${m} x ${k} x ${n}`).toBeLessThan(TOLERANCE);
        // Not by another back end after all.
        expect(error).toBeGreaterThan(1e-7);
      }
      program.dispose();
    }
  });
});

describe.runIf(units.length > 0)("a product of runtime sizes by matrix units", () => {
  test("equals the reference at each of them", async () => {
    const V = Poly.atom("V");
    const g = new GraphBuilder([{ name: "V", min: 1, max: 70 }]);
    const y = new Net(g).linear(g.input("x", "f32", [2, V, 24]), 40, "w");
    const graph = g.graph("product", [{ name: "y", node: y }]);
    const program = new Program(gpu, graph, { precision: "f16" });
    for (const size of [1, 7, 16, 33, 70]) {
      const run = { seed: 0, step: 0, sizes: { V: size }, values: valuesFor(graph, { V: size }) };
      const found = await program.run(run, byMatrix);
      expect(worstError(found.get("y")!, evaluateGraph(graph, run).get("y")!), `V = ${size}`).toBeLessThan(TOLERANCE);
    }
    program.dispose();
  });
});

/** Operands that lie in memory as f16, as activations do. */
describe.each(LAYOUTS)("products %s of operands in half precision", (layout) => {
  const backEnds = BACK_ENDS.filter((backEnd) => backEnd !== "sgm" || units.length > 0);
  test.each(backEnds)("%s: equal the reference", async (backEnd) => {
    const choose: Choose = (variant) => variant.backEnd === backEnd && (backEnd !== "sgm" || byMatrix(variant));
    const [m, k, n] = layout === "tt" ? [37, 19, 70] : [40, 36, 68];
    const g = new GraphBuilder([]);
    const half = (name: string, rows: number, columns: number) => g.add(g.weight(name, [rows, columns]), g.fill(0.5, { dtype: "f32", shape: shapeOf([rows, columns]) }));
    const side = (name: string, rows: number, columns: number, swapped: boolean) => (swapped ? g.swapLast(half(name, columns, rows)) : half(name, rows, columns));
    const y = g.matmul(side("a", m, k, layout[0] === "t"), side("b", k, n, layout[1] === "t"));
    const graph = g.graph("product", [{ name: "y", node: y }]);
    const program = new Program(gpu, graph, { fusion: "none", precision: "f16" });
    const texts = program.library.kernels.find(({ name }) => name.startsWith("product"))!.variants.map(({ text }) => text);
    expect(texts.every((text) => text.includes("b0: array<f16>") || text.includes("b0: array<vec4<f16>>"))).toBe(true);
    const run = { seed: 0, step: 0, sizes: {}, values: valuesFor(graph, {}) };
    const found = await program.run(run, choose);
    expect(worstError(found.get("y")!, evaluateGraph(graph, run).get("y")!), `${m} x ${k} x ${n}`).toBeLessThan(TOLERANCE);
    program.dispose();
  });
});

/** Those for devices that are not here can at least be read by WebGPU. */
describe.each(LAYOUTS)("the texts of all matrix units, %s", (layout) => {
  const g = new GraphBuilder([]);
  const a = operand(g, "a", [], 512, 64, layout[0] === "t");
  const b = operand(g, "b", [], 64, 512, layout[1] === "t");
  const program = new Program(gpu, g.graph("product", [{ name: "y", node: g.matmul(a, b) }]), { precision: "f16" });
  const variants = program.library.kernels[0]!.variants.filter(({ backEnd }) => backEnd === "sgm");
  program.dispose();

  test("take the workgroup memory that their variants say", () => {
    expect(variants.map(({ matrix, subgroupSize }) => [matrix!.m, matrix!.n, matrix!.k, subgroupSize])).toEqual([[16, 16, 16, 32], [16, 8, 16, 32], [8, 8, 8, 8]]);
    for (const { text, workgroupBytes } of variants) {
      const arrays = [...text.matchAll(/var<workgroup> \w+: array<(\S+), (\d+)>/g)];
      expect(arrays.reduce((sum, [, type, count]) => sum + (type === "f32" ? 4 : 8) * Number(count), 0)).toBe(workgroupBytes);
    }
  });

  test.runIf(units.length > 0)("are WGSL", async () => {
    for (const { text } of variants) {
      const { messages } = await gpu.wait(gpu.device.createShaderModule({ code: text }).getCompilationInfo());
      expect(messages.map(({ message }) => message)).toEqual([]);
    }
  });
});
