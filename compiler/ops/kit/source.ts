import type { DType } from "@jepac/runtime/plan";
import { zeros, type NdArray } from "../../graph/ndarray.ts";
import type { Node, TensorType } from "../../graph/node.ts";
import { Poly } from "../../size/poly.ts";
import type { AttrKind, EvalEnv, OpDef } from "../op.ts";
import { expectDType, expectDeclared, expectInputs } from "./expect.ts";

interface Source {
  readonly name: string;
  readonly doc: string;
  readonly attrs: Readonly<Record<string, AttrKind>>;
  readonly dtypes: readonly DType[];
  /** What else the declared type must satisfy. */
  readonly check?: (declared: TensorType, attrs: Node["attrs"]) => void;
  readonly evaluate: (node: Node, env: EvalEnv) => NdArray;
}

/** An operation without inputs: its type is the declared one. */
export function source(spec: Source): OpDef {
  return {
    name: spec.name,
    doc: spec.doc,
    attrs: spec.attrs,
    infer(inputs, attrs, declared) {
      expectInputs(inputs, 0);
      const type = expectDeclared(declared);
      expectDType(type, spec.dtypes);
      spec.check?.(type, attrs);
      return { dtype: type.dtype, shape: type.shape };
    },
    evaluate: (node, _inputs, env) => spec.evaluate(node, env),
    flops: () => Poly.constant(0),
    lower: { kind: "source" },
  };
}

/** A result filled element by element, in row-major order. */
export function fillBy(node: Node, env: EvalEnv, value: (position: number) => number): NdArray {
  const result = zeros(node.dtype, env.shape(node));
  for (let i = 0; i < result.data.length; i++) result.data[i] = value(i);
  return result;
}

/** The value the environment holds for an `input` or `weight`. Throws if it is missing or of another shape. */
export function namedValue(name: string, node: Node, env: EvalEnv): NdArray {
  const value = env.values.get(name);
  const shape = env.shape(node);
  if (value === undefined) throw new Error(`${node.op} '${name}' has no value`);
  if (value.shape.join() !== shape.join()) {
    throw new Error(`${node.op} '${name}': expected shape [${shape.join(", ")}], found [${value.shape.join(", ")}]`);
  }
  return value;
}
