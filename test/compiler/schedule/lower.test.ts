import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import { Poly } from "../../../compiler/size/poly.ts";
import { KernelLibrary } from "../../../compiler/schedule/library.ts";
import { LowerError } from "../../../compiler/schedule/lower-error.ts";
import { LIMITS, lowered } from "./lowered.ts";
import { Net, optimise } from "./nets.ts";

const N = Poly.atom("N");

describe("lower", () => {
  it("plans memory for the largest sizes, and ports and workgroups for those of the run", () => {
    const g = new GraphBuilder([{ name: "N", min: 2, max: 100 }]);
    const { lowered: result } = lowered(g.graph("f", [{ name: "y", node: g.exp(g.input("x", "f32", [N, 64])) }]));
    expect(result.arenaBytes).toBe(2 * 100 * 64 * 4);
    expect(result.inputs).toMatchObject([{ name: "x", buffer: 0, shape: [{ size: "N" }, 64] }]);
    expect(result.outputs).toMatchObject([{ name: "y", buffer: 0, shape: [{ size: "N" }, 64] }]);
    expect(result.dispatches[0]!.workgroups).toEqual([
      [{ call: "ceildiv", args: [{ call: "mul", args: [16, { size: "N" }] }, 64] }, 1, 1],
    ]);
    expect(result.sizes).toEqual(["N"]);
    expect(result.stats.flops).toBe(6400);
    expect(result.stats.bytes).toBe(2 * 6400 * 4);
  });

  it("writes outputs where they are to lie, and copies what is no result", () => {
    const g = new GraphBuilder([]);
    const x = g.input("x", "f32", [8]);
    const outputs = new Map([["y", { buffer: 3, byteOffset: 512 }]]);
    const { lowered: result } = lowered(g.graph("f", [{ name: "y", node: g.exp(x) }, { name: "same", node: x }]), { outputs });
    expect(result.outputs[0]).toMatchObject({ buffer: 3, offset: 512 });
    expect(result.outputs[1]!.offset).not.toBe(result.inputs[0]!.offset);
    expect(result.dispatches).toHaveLength(1);
  });

  it("keeps each text and each table once for all programs", () => {
    const library = new KernelLibrary();
    const data = Float64Array.from({ length: 100 }, (_, i) => i);
    for (let i = 0; i < 3; i++) {
      const g = new GraphBuilder([]);
      const y = g.add(g.input("x", "f32", [100]), g.table(data.slice(), "f32", [100]));
      lowered(g.graph(`f${i}`, [{ name: "y", node: y }]), { library });
    }
    expect(library.kernels).toHaveLength(1);
    expect(library.tables).toHaveLength(1);
    expect(library.tableBytes).toBe(512);
  });

  it("folds grids that are too long for one dimension", () => {
    const g = new GraphBuilder([]);
    const { lowered: result } = lowered(g.graph("f", [{ name: "y", node: g.exp(g.input("x", "f32", [2 ** 20])) }]), {
      limits: { ...LIMITS, maxComputeWorkgroupsPerDimension: 1000 },
    });
    const [[x, y, z]] = result.dispatches[0]!.workgroups as [[number, number, number]];
    expect(x * y).toBeGreaterThanOrEqual(2 ** 20 / 256);
    expect(Math.max(x, y)).toBeLessThanOrEqual(1000);
    expect(z).toBe(1);
  });

  it("names the tensor that no binding can hold", () => {
    const g = new GraphBuilder([{ name: "N", min: 1, max: 70000 }]);
    const graph = g.graph("f", [{ name: "y", node: g.exp(g.input("clip", "f32", [N, 512])) }]);
    expect(() => lowered(graph)).toThrow(LowerError);
    expect(() => lowered(graph)).toThrow(/clip: maxStorageBufferBindingSize is 134217728, needed 143360000/);
  });

  it.each([4, 8, 10])("binds no more than %i tensors, however many a result is made of", (maxStorageBuffersPerShaderStage) => {
    const g = new GraphBuilder([]);
    const parts = Array.from({ length: 23 }, (_, i) => g.input(`x${i}`, "f32", [6, 8]));
    const sum = parts.reduce((a, b) => g.add(a, b));
    const graph = g.graph("f", [{ name: "sum", node: sum }, { name: "all", node: g.concat(parts, 1) }]);
    const { lowered: result } = lowered(graph, { limits: { ...LIMITS, maxStorageBuffersPerShaderStage } });
    const most = Math.max(...result.dispatches.map((dispatch) => dispatch.bindings.length));
    expect(most).toBeLessThanOrEqual(maxStorageBuffersPerShaderStage);
  });

  it("binds no byte twice in one dispatch", () => {
    const net = new Net(new GraphBuilder([]));
    const x = net.linear(net.g.input("x", "f32", [2, 16, 48]), 48, "in");
    const { lowered: result } = lowered(optimise(net.training("f", net.block(x, 3, "b"))));
    for (const { bindings } of result.dispatches) {
      for (const a of bindings) {
        for (const b of bindings) {
          const apart = a === b || a.buffer !== b.buffer || a.offset >= b.offset + b.size || b.offset >= a.offset + a.size;
          expect(apart).toBe(true);
        }
      }
    }
  });

  it("compiles no more kernels for twelve blocks than for six", () => {
    const kernels = (depth: number) => {
      const net = new Net(new GraphBuilder([{ name: "N", min: 51, max: 77 }]));
      let x = net.linear(net.g.input("x", "f32", [8, N, 256]), 192, "in");
      for (let i = 0; i < depth; i++) x = net.block(x, 3, `b${i}`);
      return lowered(optimise(net.training("f", x))).library.kernels.length;
    };
    expect(kernels(12)).toBe(kernels(6));
  });
});
