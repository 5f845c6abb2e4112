import type { AttrKind } from "../ops/op.ts";
import { findOp } from "../ops/table.ts";
import { lineColumn } from "../syntax/source.ts";
import { Poly } from "../size/poly.ts";
import type { Attr, Graph, Node } from "./node.ts";
import { topological } from "./order.ts";
import { showSize, showType } from "./type.ts";

export interface PrintOptions {
  /** Shorten tables to so many numbers; the text is then for people, and does not parse. */
  readonly tableLimit?: number;
  /** Say beside each node which line it came from. */
  readonly spans?: boolean;
}

/**
 * The text form: sizes, nodes in topological order numbered from 0, outputs. `parseGraph` reads it back. Equal
 * graphs have equal texts, whatever the ids of their nodes.
 *
 *     graph "loss"
 *     size V in 10..50
 *     %0: f32[4, V] = input {name: "x"}
 *     %1: f32[4] = sum %0 {axes: [1]}
 *     output "total" = %1
 */
export function printGraph(graph: Graph, options: PrintOptions = {}): string {
  const order = topological(graph.outputs.map((output) => output.node));
  const numbers = new Map(order.map((node, i) => [node, i]));
  const lines = [
    `graph ${JSON.stringify(graph.name)}`,
    ...graph.sizes.map(({ name, min, max }) => `size ${showSize(Poly.atom(name))} in ${min}..${max}`),
    ...order.map((node) => printNode(node, numbers, options)),
    ...graph.outputs.map(({ name, node }) => `output ${JSON.stringify(name)} = %${numbers.get(node)!}`),
  ];
  return lines.join("\n") + "\n";
}

function printNode(node: Node, numbers: ReadonlyMap<Node, number>, options: PrintOptions): string {
  const inputs = node.inputs.map((input) => `%${numbers.get(input)!}`).join(", ");
  const kinds = findOp(node.op)?.attrs ?? {};
  const attrs = Object.keys(node.attrs)
    .sort()
    .map((name) => `${name}: ${printAttr(node.attrs[name]!, kinds[name], options)}`);
  const line = [
    `%${numbers.get(node)!}: ${showType(node)} = ${node.op}`,
    ...(inputs === "" ? [] : [inputs]),
    ...(attrs.length === 0 ? [] : [`{${attrs.join(", ")}}`]),
  ].join(" ");
  if (options.spans !== true || node.span === undefined) return line;
  return `${line}  // ${node.span.source.path}:${lineColumn(node.span.source, node.span.start).line}`;
}

function printAttr(value: Attr, kind: AttrKind | undefined, options: PrintOptions): string {
  if (value instanceof Float64Array) {
    const limit = options.tableLimit ?? Infinity;
    const shown = Array.from(value.subarray(0, limit), printNumber).join(", ");
    return value.length > limit ? `[${shown}, ... ${value.length} numbers]` : `[${shown}]`;
  }
  if (kind === "host") return JSON.stringify(value);
  if (value instanceof Poly) return showSize(value);
  if (Array.isArray(value)) {
    return `[${value.map((item) => (item instanceof Poly ? showSize(item) : `${item}`)).join(", ")}]`;
  }
  return typeof value === "number" ? printNumber(value) : JSON.stringify(value);
}

function printNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : `${value}`;
}
