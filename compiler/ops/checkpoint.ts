import { OpError, type OpDef } from "./op.ts";
import { movement } from "./kit/movement.ts";

export const checkpoint: OpDef = {
  name: "checkpoint",
  doc: "The first input. What lies between it and the others is not kept for the gradient, but computed again from them.",
  attrs: {},
  infer([value]) {
    if (value === undefined) throw new OpError("at least one input", "none");
    return { dtype: value.dtype, shape: value.shape };
  },
  vjp: (node, ct) => node.inputs.map((_, i) => (i === 0 ? ct : null)),
  ...movement((_, at) => ({ kind: "element", input: 0, at })),
};
