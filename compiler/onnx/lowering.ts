import type { Node } from "../graph/node.ts";
import { sameShape, type Shape } from "../graph/type.ts";
import { Poly } from "../size/poly.ts";
import type { OnnxSizes } from "./sizes.ts";
import type { OnnxWriter } from "./writer.ts";

/**
 * A node's value in the ONNX graph. An axis along which the value only repeats may be stored with size 1: ONNX's
 * elementwise operators stretch such axes by themselves, so most of a graph's `broadcast`s cost nothing.
 */
export interface Stored {
  readonly name: string;
  readonly shape: Shape;
}

/** What lowers one operation: its node to a value. */
export type LowerOp = (node: Node, to: Lowering) => Stored;

/** What the lowering of an operation may use. */
export interface Lowering {
  readonly writer: OnnxWriter;
  readonly sizes: OnnxSizes;
  /** The name of one of the graph's inputs, as the caller of the model knows it. */
  inputName(name: string): string;
  weight(name: string): Float32Array;
  /** An input's value, perhaps with repeated axes stored once. */
  stored(node: Node): Stored;
  /** An input's value with every axis at its full size. */
  full(node: Node): string;
}

export const ONE = Poly.constant(1);

/** The value with every axis at the node's size. */
export function expanded(node: Node, value: Stored, { writer, sizes }: Pick<Lowering, "writer" | "sizes">): string {
  return sameShape(node.shape, value.shape) ? value.name : writer.op("Expand", [value.name, sizes.vector(node.shape)]);
}
