import type { OpDef } from "../ops/op.ts";
import { numberOf } from "./attrs.ts";
import { ndarray } from "./ndarray.ts";
import type { Attrs, Node, TensorType } from "./node.ts";

/** The value all elements of a node have, where its inputs are `constant` nodes and that is easily seen. */
export function foldConstants(def: OpDef, inputs: readonly Node[], attrs: Attrs, type: TensorType): number | undefined {
  if (inputs.length === 0 || inputs.some((input) => input.op !== "constant")) return undefined;
  const values = inputs.map((input) => numberOf(input.attrs, "value"));
  switch (def.lower.kind) {
    case "elementwise":
      return onScalars(def, inputs, attrs, type, values);
    case "movement": {
      const all = def.name === "pad" ? [...values, numberOf(attrs, "value")] : def.name === "gather" ? [values[0]!] : values;
      return all.every((value) => Object.is(value, all[0])) ? all[0] : undefined;
    }
    default:
      return undefined;
  }
}

function onScalars(def: OpDef, inputs: readonly Node[], attrs: Attrs, type: TensorType, values: readonly number[]): number {
  const node: Node = { id: -1, op: def.name, inputs, attrs, dtype: type.dtype, shape: [] };
  const scalars = inputs.map((input, i) => ndarray(input.dtype, [], [values[i]!]));
  const env = { seed: 0, step: 0, sizes: {}, values: new Map(), shape: () => [] };
  return def.evaluate(node, scalars, env).data[0]!;
}
