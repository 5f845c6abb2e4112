import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gradients } from "../../../compiler/autodiff/gradients.ts";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import { evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import type { Graph, Node } from "../../../compiler/graph/node.ts";
import { topological } from "../../../compiler/graph/order.ts";
import { printGraph } from "../../../compiler/graph/print.ts";
import { assertVerified } from "../../../compiler/graph/verify.ts";
import { OP_GROUPS } from "../../../compiler/ops/table.ts";
import { runPasses } from "../../../compiler/passes/pipeline.ts";
import { Draw, type Sample } from "../ops/draw.ts";
import { samplesOf } from "../ops/samples.ts";

const opNames = OP_GROUPS.flatMap((group) => group.ops.map((op) => op.name));

/** Each pass leaves a well-formed graph, and all of them together the same values. */
function expectSameValues(graph: Graph, run: Sample["run"]): void {
  const before = evaluateGraph(graph, run);
  const after = evaluateGraph(runPasses(graph, (next, pass) => assertVerified(next, pass.name)), run);
  for (const [name, expected] of before) {
    const found = after.get(name)!;
    expect([found.dtype, found.shape]).toEqual([expected.dtype, expected.shape]);
    expected.data.forEach((value, i) => {
      const other = found.data[i]!;
      const close = Object.is(value, other) || value === other || Math.abs(value - other) <= 1e-9 * (1 + Math.abs(value));
      if (!close) throw new Error(`${name}[${i}]: expected ${value}, found ${other} in\n${printGraph(graph)}`);
    });
  }
}

function withGradients({ g, y, wrt }: Sample): Graph {
  const outputs = [{ name: "y", node: y }];
  if (y.dtype === "f32") {
    const weighted = g.mul(y, g.uniform(y.shape, 99));
    const loss = g.sum(weighted, y.shape.map((_, axis) => axis));
    gradients(loss, wrt, g).forEach((node, i) => outputs.push({ name: `d${i}`, node }));
  }
  return g.graph("sample", outputs);
}

describe("the pipeline keeps the values", () => {
  test.each(opNames)("of %s and its gradients", (name) => {
    fc.assert(fc.property(samplesOf(name, 3), (sample) => expectSameValues(withGradients(sample), sample.run)), { numRuns: 15 });
  });

  test("of random programs and their gradients", () => {
    const program = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 12 })).map(([seed, steps]) => randomProgram(new Draw(seed, 3), steps));
    fc.assert(fc.property(program, (sample) => expectSameValues(withGradients(sample), sample.run)), { numRuns: 300 });
  });
});

/** Steps that views, reductions and arithmetic take turns in, on tensors that meet again. */
function randomProgram(draw: Draw, steps: number): Sample {
  const { g } = draw;
  const known: Node[] = [draw.f32(draw.shape(draw.int(0, 2))), draw.f32(draw.shape(2))];
  for (let i = 0; i < steps; i++) {
    const x = draw.oneOf(known);
    known.push(step(draw, x, known));
  }
  return draw.sample(g.tanh(known.at(-1)!));
}

function step(draw: Draw, x: Node, known: readonly Node[]): Node {
  const { g } = draw;
  const axes = x.shape.map((_, axis) => axis);
  const some = axes.filter(() => draw.flip());
  const alike = known.filter((other) => g.fill(0, other) === g.fill(0, x));
  switch (draw.int(0, 11)) {
    case 0:
      return x.shape.length < 4 ? g.broadcast(x, axes.map((axis) => axis + 1), [draw.size(), ...x.shape]) : x;
    case 1:
      return x.shape.length < 4 ? g.reshape(x, [...x.shape, 1]) : x;
    case 2:
      return g.transpose(x, axes.reverse());
    case 3:
      return g.sum(x, some);
    case 4:
      return g.amax(x, some);
    case 5:
      return x.shape.length < 4 ? g.broadcast(g.mean(x, some), axes.filter((axis) => !some.includes(axis)), x.shape) : x;
    case 6:
      return x.shape.length > 0 ? g.concat([x, draw.oneOf(alike)], axes.at(-1)!) : g.neg(x);
    case 7:
      return g.mul(x, g.fill(draw.oneOf([-1, 0, 0.5, 1, 2]), x));
    case 8:
      return g.add(g.fill(draw.oneOf([-1, 0, 1]), x), x);
    case 9:
      return g.tanh(g.pow(x, g.fill(draw.oneOf([0, 1, 2, 3]), x)));
    case 10:
      return x.shape.length > 0 ? g.slice(x, x.shape.map(() => 0), [1, ...x.shape.slice(1)]) : g.neg(x);
    default:
      return draw.oneOf([g.add, g.sub, g.mul])(x, draw.oneOf(alike));
  }
}

test("a softmax over broadcast shapes comes out without reshapes", () => {
  const g = new GraphBuilder([{ name: "N", min: 1, max: 9 }]);
  const x = g.input("x", "f32", [2, 5]);
  const keep = (node: Node) => g.expand(g.reshape(node, [2, 1]), [2, 5]);
  const e = g.exp(g.sub(x, g.stop(keep(g.amax(x, [1])))));
  const graph = runPasses(g.graph("softmax", [{ name: "y", node: g.div(e, keep(g.sum(e, [1]))) }]));
  expect(topological([graph.outputs[0]!.node]).map((node) => node.op)).toEqual(["input", "amax", "broadcast", "sub", "exp", "sum", "broadcast", "div"]);
});
