import type { ModelInput } from "../elaborate/model.ts";
import type { Graph, Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { showSize } from "../graph/type.ts";
import { textOf } from "../graph/attrs.ts";
import { expanded, type Lowering, type Stored } from "./lowering.ts";
import { model, valueInfo } from "./schema.ts";
import { OnnxSizes } from "./sizes.ts";
import { ONNX_OPS } from "./table.ts";
import { OnnxUnsupported, placeOf } from "./unsupported.ts";
import { OnnxWriter } from "./writer.ts";

export interface OnnxOptions {
  /** An exported function's optimised graph, its inputs as the caller knows them, and what their names begin with in the graph. */
  readonly graph: Graph;
  readonly inputs: readonly ModelInput[];
  readonly inputPrefix: string;
  /** Values of the graph's weights. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The weights a graph reads, each once. */
export function weightsOf(graph: Graph): string[] {
  return topological(graph.outputs.map(({ node }) => node)).flatMap((node) => (node.op === "weight" ? [textOf(node.attrs, "name")] : []));
}

/**
 * An exported function as an ONNX model (opset 18), in pieces to be written one after the other. Weights and folded
 * tables are initializers; runtime sizes are free axes. Throws `OnnxUnsupported` where the graph is not a function of
 * its inputs alone.
 */
export function exportOnnx({ graph, inputs, inputPrefix, weights, metadata = {} }: OnnxOptions): readonly Uint8Array[] {
  const writer = new OnnxWriter();
  // What the caller sees keeps its name.
  for (const { name } of [...inputs, ...graph.outputs, ...graph.sizes]) writer.fresh(name);
  const sizes = new OnnxSizes(writer, inputs);
  const values = new Map<Node, Stored>();
  const stored = (node: Node): Stored => values.get(node)!;
  const to: Lowering = {
    writer, sizes, stored,
    inputName: (name) => name.slice(inputPrefix.length),
    weight(name) {
      const value = weights.get(name);
      if (value === undefined) throw new Error(`the weight '${name}' has no value`);
      return value;
    },
    full: (node) => expanded(node, stored(node), { writer, sizes }),
  };
  for (const node of topological(graph.outputs.map((output) => output.node))) {
    const lower = ONNX_OPS[node.op];
    if (lower === undefined) throw new OnnxUnsupported(`uses '${node.op}', which has no counterpart`, node.span);
    writer.doc = placeOf(node.span);
    values.set(node, lower(node, to));
  }
  for (const { name, node } of graph.outputs) writer.named(name, to.full(node));
  const port = (name: string, { dtype, shape }: Pick<Node, "dtype" | "shape">, doc?: string) => valueInfo(name, dtype, shape.map((size) => size.constant ?? showSize(size)), doc);
  const asked = [...sizes.asked].map((name) => valueInfo(name, "i64", [1]));
  return model(
    {
      name: graph.name,
      nodes: writer.nodes,
      initializers: writer.initializers,
      inputs: [...inputs.map((input) => port(input.name, input, input.doc)), ...asked],
      outputs: graph.outputs.map(({ name, node }) => port(name, node)),
    },
    "jepac",
    metadata,
  ).chunks;
}
