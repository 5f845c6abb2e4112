import { expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import { evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import { Poly } from "../../../compiler/size/poly.ts";
import { Program, testGpu, worstError } from "./device.ts";
import { Net, optimise, valuesFor } from "./nets.ts";

/** Rows too short for a workgroup, four to a lane, whose positions depend on the runtime size that they fold. */
test("a softmax over a short runtime axis equals the reference", async () => {
  const V = Poly.atom("V");
  const net = new Net(new GraphBuilder([{ name: "V", min: 3, max: 5 }]));
  const graph = optimise(net.training("short", net.softmax(net.linear(net.g.input("x", "f32", [4, 2, V, V]), 4, "a"))));
  const attention = optimise(net.g.graph("attention", [{ name: "y", node: net.softmax(net.g.input("x", "f32", [4, 2, V, V])) }]));
  const wide = optimise(net.g.graph("wide", [{ name: "y", node: net.softmax(net.g.input("x", "f32", [2, V, V.mul(Poly.constant(4))])) }]));
  for (const one of [graph, attention, wide]) {
    const program = new Program(await testGpu(), one);
    for (const size of [3, 4, 5]) {
      const run = { seed: 3, step: 0, sizes: { V: size }, values: valuesFor(one, { V: size }, size) };
      const found = await program.run(run);
      for (const [name, value] of evaluateGraph(one, run)) expect(worstError(found.get(name)!, value), `${name}, V = ${size}`).toBeLessThan(1e-5);
    }
    program.dispose();
  }
});
