import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import { printGraph } from "../../../compiler/graph/print.ts";
import { OP_GROUPS } from "../../../compiler/ops/table.ts";
import { samplesOf } from "../ops/samples.ts";
import { Program, testGpu, worstError } from "./device.ts";

const ops = OP_GROUPS.flatMap((group) => group.ops.map((op) => op.name));

/** Held for every operation of the table, on the software device: its kernel against the f64 reference. */
describe.each(ops)("%s", (name) => {
  test("computes what the reference evaluator computes", async () => {
    const gpu = await testGpu();
    for (const { graph, run } of fc.sample(samplesOf(name, 7), { numRuns: 5, seed: 1 })) {
      const program = new Program(gpu, graph);
      const expected = evaluateGraph(graph, run).get("y")!;
      for (let again = 0; again < 2; again++) {
        const found = (await program.run(run)).get("y")!;
        expect(worstError(found, expected), `${printGraph(graph)} at ${JSON.stringify(run.sizes)}`).toBeLessThan(2e-5);
      }
      program.dispose();
    }
  });
});
