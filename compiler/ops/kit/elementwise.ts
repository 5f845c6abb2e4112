import type { DType } from "@jepac/runtime/plan";
import type { GraphBuilder } from "../../graph/builder.ts";
import { zeros } from "../../graph/ndarray.ts";
import type { Node, TensorType } from "../../graph/node.ts";
import type { OpDef } from "../op.ts";
import { expectDType, expectInputs, expectShape } from "./expect.ts";

interface Common {
  readonly name: string;
  readonly doc: string;
  readonly dtypes: readonly DType[];
  /** The result's dtype; absent: the input's. */
  readonly result?: DType;
  readonly helpers?: (node: Node) => string;
}

interface Unary extends Common {
  readonly value: (a: number) => number;
  readonly wgsl: (a: string, dtype: DType) => string;
  readonly vjp?: (ct: Node, x: Node, y: Node, g: GraphBuilder) => Node | null;
}

interface Binary extends Common {
  readonly value: (a: number, b: number, dtype: DType) => number;
  readonly wgsl: (a: string, b: string, dtype: DType) => string;
  readonly vjp?: (ct: Node, a: Node, b: Node, y: Node, g: GraphBuilder) => readonly [Node | null, Node | null];
}

/** An operation on each element of one tensor. `vjp` sees the cotangent, the input and the result. */
export function unary(spec: Unary): OpDef {
  const { vjp } = spec;
  return {
    ...common(spec, 1),
    ...(vjp && { vjp: (node: Node, ct: Node, g: GraphBuilder) => [vjp(ct, node.inputs[0]!, node, g)] }),
    evaluate(node, [x], env) {
      const result = zeros(node.dtype, env.shape(node));
      x!.data.forEach((a, i) => (result.data[i] = stored(spec.value(a), node)));
      return result;
    },
    lower: {
      kind: "elementwise",
      wgsl: ([a], node) => spec.wgsl(a!, node.inputs[0]!.dtype),
      ...(spec.helpers && { helpers: spec.helpers }),
    },
  };
}

/** An operation on the elements of two tensors of one type. `vjp` sees the cotangent, the inputs and the result. */
export function binary(spec: Binary): OpDef {
  const { vjp } = spec;
  return {
    ...common(spec, 2),
    ...(vjp && { vjp: (node: Node, ct: Node, g: GraphBuilder) => vjp(ct, node.inputs[0]!, node.inputs[1]!, node, g) }),
    evaluate(node, [a, b], env) {
      const result = zeros(node.dtype, env.shape(node));
      a!.data.forEach((value, i) => (result.data[i] = stored(spec.value(value, b!.data[i]!, a!.dtype), node)));
      return result;
    },
    lower: {
      kind: "elementwise",
      wgsl: ([a, b], node) => spec.wgsl(a!, b!, node.inputs[0]!.dtype),
      ...(spec.helpers && { helpers: spec.helpers }),
    },
  };
}

/** Integers have one zero. */
export function stored(value: number, type: TensorType): number {
  return type.dtype === "i32" ? value + 0 : value;
}

function common(spec: Common, arity: number): Pick<OpDef, "name" | "doc" | "attrs" | "infer"> {
  return {
    name: spec.name,
    doc: spec.doc,
    attrs: {},
    infer(inputs) {
      expectInputs(inputs, arity);
      const [first, second] = inputs;
      expectDType(first!, spec.dtypes);
      if (second !== undefined) {
        expectDType(second, [first!.dtype]);
        expectShape(second.shape, first!.shape, "two inputs of one shape,");
      }
      return { dtype: spec.result ?? first!.dtype, shape: first!.shape };
    },
  };
}
