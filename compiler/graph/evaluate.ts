import type { HostEnv } from "@jepac/runtime/plan";
import type { EvalEnv } from "../ops/op.ts";
import { opNamed } from "../ops/table.ts";
import type { NdArray } from "./ndarray.ts";
import type { Graph, Node } from "./node.ts";
import { topological } from "./order.ts";

/** What a run is given; seed and step default to 0. */
export interface RunValues extends Partial<HostEnv> {
  /** Values of `input` and `weight` nodes, by name. */
  readonly values?: ReadonlyMap<string, NdArray>;
}

/**
 * The reference evaluator: f64, one operation after the other. Throws if a value or a runtime size is missing.
 * A fresh evaluator is a fresh run; within one, every node is computed once.
 */
export class Evaluator {
  readonly #results = new Map<Node, NdArray>();
  readonly #env: EvalEnv;

  constructor(run: RunValues = {}) {
    const sizes = run.sizes ?? {};
    this.#env = {
      seed: run.seed ?? 0,
      step: run.step ?? 0,
      sizes,
      values: run.values ?? new Map(),
      shape: (type) => type.shape.map((n) => n.constant ?? n.evaluate(sizes)),
    };
  }

  value(of: Node): NdArray {
    for (const node of topological([of])) {
      if (this.#results.has(node)) continue;
      const inputs = node.inputs.map((input) => this.#results.get(input)!);
      this.#results.set(node, opNamed(node.op).evaluate(node, inputs, this.#env));
    }
    return this.#results.get(of)!;
  }
}

/** The value of each output, by name. */
export function evaluateGraph(graph: Graph, run: RunValues = {}): Map<string, NdArray> {
  const evaluator = new Evaluator(run);
  return new Map(graph.outputs.map(({ name, node }) => [name, evaluator.value(node)]));
}
