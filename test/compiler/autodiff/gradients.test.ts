import { describe, expect, test } from "vitest";
import { gradients } from "../../../compiler/autodiff/gradients.ts";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import { Evaluator } from "../../../compiler/graph/evaluate.ts";
import { count, ndarray, type NdArray } from "../../../compiler/graph/ndarray.ts";
import type { Node } from "../../../compiler/graph/node.ts";
import { topological } from "../../../compiler/graph/order.ts";
import { OpError } from "../../../compiler/ops/op.ts";
import { runPasses } from "../../../compiler/passes/pipeline.ts";
import { Poly } from "../../../compiler/size/poly.ts";
import { expression } from "../passes/expression.ts";

const N = Poly.atom("N");
const sizes = { N: 5 };
const bounds = [{ name: "N", min: 1, max: 9 }];
const all = (node: Node) => node.shape.map((_, axis) => axis);

describe("gradients", () => {
  test("of the layers of a transformer agree with finite differences", () => {
    const g = new GraphBuilder(bounds);
    const x = g.input("x", "f32", [2, N, 4]);
    const qkv = g.weight("qkv", [12, 4]);
    const gain = g.weight("gain", [4]);
    const token = g.weight("token", [1, 1, 4]);
    const h = g.add(x, g.expand(token, x.shape));
    const normal = g.mul(standardise(g, h), g.expand(gain, h.shape));
    const heads = g.matmul(normal, g.transpose(qkv, [1, 0]));
    const [q, k, v] = [0, 1, 2].map((i) => g.slice(heads, [0, 0, 4 * i], [2, N, 4]));
    const mixed = g.matmul(softmax(g, g.matmul(q!, g.transpose(k!, [0, 2, 1]))), v!);
    const loss = g.mean(g.square(g.add(h, gelu(g, mixed))), [0, 1, 2]);
    expectFiniteDifferences(g, loss, [x, qkv, gain, token]);
  });

  test("of gathered rows and windows, runtime sizes and pieces put together", () => {
    const g = new GraphBuilder(bounds);
    const table = g.weight("table", [3, 4]);
    const at = g.node("table", [], { data: Float64Array.of(2, 0, 2) }, { dtype: "i32", shape: [Poly.constant(3)] });
    const rows = g.concat([g.gather(table, at, 0), g.broadcast(g.weight("row", [4]), [1], [N, 4])], 0);
    const cuts = g.window(g.sin(rows), { size: 3, step: 1 }, [...rows.shape.slice(0, 1), 2, 3]);
    expectFiniteDifferences(g, g.sum(g.square(cuts), all(cuts)), [table, g.weight("row", [4])]);
  });

  test("are zero past stop, through integers and for what the loss does not hold", () => {
    const g = new GraphBuilder(bounds);
    const [x, y] = [g.weight("x", [2, N]), g.weight("y", [2, N])];
    const loss = g.sum(g.add(g.stop(g.exp(x)), g.cast(g.cast(x, "i32"), "f32")), [0, 1]);
    expect(gradients(loss, [x, y], g)).toEqual([g.zerosLike(x), g.zerosLike(y)]);
    expect(gradients(g.mul(g.stop(g.sum(x, [0, 1])), g.sum(y, [0, 1])), [x], g)).toEqual([g.zerosLike(x)]);
  });

  test("of a loss by itself and by inner nodes", () => {
    const g = new GraphBuilder();
    const x = g.weight("x", []);
    const inner = g.exp(x);
    const loss = g.mul(inner, inner);
    expect(gradients(loss, [loss, inner], g).map(expression)).toEqual(["1", "add(mul(1, exp(x)), mul(1, exp(x)))"]);
  });

  test("use the results of exp, rsqrt, tanh and max again", () => {
    const g = new GraphBuilder();
    const x = g.weight("x", [3]);
    for (const y of [g.exp(x), g.rsqrt(x), g.tanh(x), g.amax(x, [0])]) {
      const [dx] = gradients(g.sum(y, all(y)), [x], g);
      expect(topological([dx!])).toContain(y);
    }
  });

  test("of a matrix shared by all rows are one product over the rows", () => {
    const g = new GraphBuilder(bounds);
    const w = g.weight("w", [3, 4]);
    const y = g.matmul(g.input("x", "f32", [2, N, 4]), g.transpose(w, [1, 0]));
    const [dw] = gradients(g.sum(g.mul(y, g.uniform(y.shape, 0)), [0, 1, 2]), [w], g);
    const { outputs } = runPasses(g.graph("dw", [{ name: "dw", node: dw! }]));
    expect(expression(outputs[0]!.node)).toBe("matmul(transpose[1,0](reshape->[2*N, 3](uniform[0][0]())), reshape->[2*N, 4](x))");
  });

  test("of slices come together as one concatenation", () => {
    const g = new GraphBuilder();
    const x = g.weight("x", [6]);
    const [a, b, c] = [0, 2, 4].map((start) => g.slice(x, [start], [2]));
    const loss = g.sum(g.add(g.exp(a!), g.add(g.sin(b!), g.mul(c!, c!))), [0]);
    const { outputs } = runPasses(g.graph("dx", [{ name: "dx", node: gradients(loss, [x], g)[0]! }]));
    expect(outputs[0]!.node.op).toBe("concat");
    expect(outputs[0]!.node.inputs).toHaveLength(3);
  });

  test("carry the source line of what they derive", () => {
    const g = new GraphBuilder();
    const x = g.weight("x", []);
    const span = { source: { path: "m.jm", text: "sin(x)" }, start: 0, end: 6 };
    g.span = span;
    const y = g.sin(x);
    g.span = undefined;
    expect(gradients(y, [x], g)[0]!.span).toBe(span);
    expect(g.span).toBeUndefined();
  });

  test("are of scalar losses only", () => {
    const g = new GraphBuilder();
    expect(() => gradients(g.weight("x", [2]), [], g)).toThrow(new OpError("a loss of type f32[]", "f32[2]"));
  });
});

function softmax(g: GraphBuilder, x: Node): Node {
  const last = x.shape.length - 1;
  const keep = (node: Node) => g.expand(g.reshape(node, [...node.shape, 1]), x.shape);
  const e = g.exp(g.sub(x, g.stop(keep(g.amax(x, [last])))));
  return g.div(e, keep(g.sum(e, [last])));
}

function standardise(g: GraphBuilder, x: Node): Node {
  const last = x.shape.length - 1;
  const keep = (node: Node) => g.expand(g.reshape(node, [...node.shape, 1]), x.shape);
  const centred = g.sub(x, keep(g.mean(x, [last])));
  const variance = g.mean(g.square(centred), [last]);
  return g.mul(centred, keep(g.rsqrt(g.add(variance, g.fill(1e-5, variance)))));
}

function gelu(g: GraphBuilder, x: Node): Node {
  const phi = g.add(g.erf(g.mul(x, g.fill(Math.SQRT1_2, x))), g.fill(1, x));
  return g.mul(g.mul(g.fill(0.5, x), x), phi);
}

/** Central differences in f64, of the gradients as they are and after all passes. */
function expectFiniteDifferences(g: GraphBuilder, loss: Node, wrt: readonly Node[]): void {
  const values = new Map<string, NdArray>();
  wrt.forEach((node, i) => {
    const shape = node.shape.map((n) => n.evaluate(sizes));
    values.set(nameOf(node), ndarray("f32", shape, Array.from({ length: count(shape) }, (_, k) => Math.sin(1 + 12.9898 * k + 78.233 * i))));
  });
  const found = gradients(loss, wrt, g);
  const passed = runPasses(g.graph("d", found.map((node, i) => ({ name: `${i}`, node })))).outputs;
  wrt.forEach((node, i) => {
    const at = values.get(nameOf(node))!;
    const [plain, rewritten] = [found[i]!, passed[i]!.node].map((d) => new Evaluator({ sizes, values }).value(d));
    at.data.forEach((value, k) => {
      const lossAt = (moved: number) =>
        new Evaluator({ sizes, values: new Map(values).set(nameOf(node), { ...at, data: at.data.with(k, moved) }) }).value(loss).data[0]!;
      const expected = (lossAt(value + 1e-5) - lossAt(value - 1e-5)) / 2e-5;
      expect(plain!.data[k]).toBeCloseTo(expected, 7);
      expect(rewritten!.data[k]).toBeCloseTo(plain!.data[k]!, 12);
    });
  });
}

function nameOf(node: Node): string {
  return node.attrs["name"] as string;
}
