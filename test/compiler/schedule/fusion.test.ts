import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import { Poly } from "../../../compiler/size/poly.ts";
import { lowered } from "./lowered.ts";
import { Net, optimise } from "./nets.ts";

const M = { name: "M", min: 51, max: 77 };
const V = Poly.constant(128).sub(Poly.atom("M"));

/** Shapes with numbers, with a runtime size, and with a difference of one. */
const tokens = [["64 tokens", Poly.constant(64)], ["M tokens", Poly.atom("M")], ["128 - M tokens", V]] as const;

describe.each(tokens)("fusion over %s", (_, n) => {
  const build = () => new Net(new GraphBuilder([M]));

  it("makes softmax one kernel", () => {
    const net = build();
    const y = net.softmax(net.g.input("x", "f32", [8, 3, n, n]));
    expect(lowered(net.g.graph("f", [{ name: "y", node: y }])).names).toEqual(["fold_amax_sum_div"]);
  });

  it("makes a layer norm one kernel", () => {
    const net = build();
    const y = net.layerNorm(net.g.input("x", "f32", [8, n, 192]), "n");
    expect(lowered(net.g.graph("f", [{ name: "y", node: y }])).names).toEqual(["fold_sum_rsqrt_add"]);
  });

  it("makes attention five kernels: no copies of queries, keys, values or the result", () => {
    const net = build();
    const y = net.attention(net.g.input("x", "f32", [8, n, 192]), 3, "a");
    expect(lowered(optimise(net.g.graph("f", [{ name: "y", node: y }]))).names).toEqual([
      "product_matmul_add", // queries, keys and values at once
      "product_matmul", // scores, read by strides
      "fold_amax_sum_div",
      "product_matmul_transpose", // stored as the projection reads it
      "product_matmul_add",
    ]);
  });

  it("makes a transformer block's forward and backward pass at most 45 kernels", () => {
    const net = build();
    const x = net.linear(net.g.input("x", "f32", [8, n, 256]), 192, "in");
    const { names } = lowered(optimise(net.training("f", net.block(x, 3, "b"))));
    expect(names.length).toBeLessThanOrEqual(45);
    // The gradient of queries, keys and values is put together once; nothing else is only moved or added.
    expect(names.filter((name) => name.startsWith("map_"))).toEqual(["map_transpose"]);
  });
});

describe("fusion", () => {
  it("keeps an activation out of memory where a product follows", () => {
    const net = new Net(new GraphBuilder([]));
    const y = net.linear(net.gelu(net.linear(net.g.input("x", "f32", [64, 96]), 384, "a")), 96, "b");
    expect(lowered(optimise(net.g.graph("f", [{ name: "y", node: y }]))).names).toHaveLength(2);
  });

  it("never makes kernels that wait for each other", () => {
    // a feeds b through a product, and both feed c: c cannot join the kernel of a, though it reads it.
    const g = new GraphBuilder([]);
    const x = g.input("x", "f32", [32, 32]);
    const a = g.exp(g.exp(x));
    const b = g.matmul(a, g.weight("w", [32, 32]));
    const c = g.sum(g.mul(g.exp(g.exp(a)), b), [1]);
    const { names } = lowered(g.graph("f", [{ name: "a", node: a }, { name: "c", node: c }]));
    expect(names).toEqual(["map_exp", "product_matmul", "fold_sum"]);
  });

  it("gives every operation but movement a kernel of its own without fusion", () => {
    const net = new Net(new GraphBuilder([]));
    const graph = net.g.graph("f", [{ name: "y", node: net.softmax(net.g.input("x", "f32", [8, 64])) }]);
    expect(lowered(graph, { fusion: "none" }).names).toEqual(
      ["fold_amax", "map_stop", "map_sub", "map_exp", "fold_sum", "map_div"],
    );
  });

  it("updates flat memory in one kernel, in place", () => {
    const g = new GraphBuilder([{ name: "n", min: 1, max: 1000 }]);
    const shape = [Poly.atom("n").mul(Poly.constant(64))];
    const [w, d, m, v] = ["w", "d", "m", "v"].map((name) => g.weight(name, shape)) as [ReturnType<typeof g.weight>, ...ReturnType<typeof g.weight>[]];
    const mix = (a: typeof w, b: typeof w, by: number) => g.add(g.mul(a, g.fill(by, a)), g.mul(b, g.fill(1 - by, b)));
    const [m2, v2] = [mix(m!, d!, 0.9), mix(v!, g.square(d!), 0.95)];
    const w2 = g.sub(w, g.div(m2, g.add(g.sqrt(v2), g.fill(1e-8, v2))));
    const graph = g.graph("adam", [{ name: "w2", node: w2 }, { name: "m2", node: m2 }, { name: "v2", node: v2 }]);
    const at = (i: number) => ({ buffer: 2, byteOffset: i * 2 ** 20 });
    // The helper places weights in the order the outputs reach them.
    const order = ["w", "m", "d", "v"];
    const outputs = new Map([["w2", at(order.indexOf("w"))], ["m2", at(order.indexOf("m"))], ["v2", at(order.indexOf("v"))]]);
    const { lowered: result } = lowered(graph, { outputs });
    expect(result.dispatches).toHaveLength(1);
    expect(result.dispatches[0]!.bindings).toHaveLength(4);
    expect(result.arenaBytes).toBe(0);
  });

  it("refuses to overwrite a weight that another kernel still reads", () => {
    const g = new GraphBuilder([]);
    const w = g.weight("w", [32, 32]);
    const graph = g.graph("f", [{ name: "new", node: g.exp(w) }, { name: "y", node: g.matmul(g.input("x", "f32", [32, 32]), w) }]);
    expect(() => lowered(graph, { outputs: new Map([["new", { buffer: 2, byteOffset: 0 }]]) })).toThrow("overwrites a weight");
  });
});
