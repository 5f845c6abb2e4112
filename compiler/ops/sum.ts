import type { OpDef } from "./op.ts";
import { keptAxes, reduction } from "./kit/reduction.ts";

export const sum: OpDef = {
  name: "sum",
  doc: "The sum over `axes`, which are dropped.",
  ...reduction((a, b) => a + b, () => 0),
  vjp: (node, ct, g) => [g.broadcast(ct, keptAxes(node), node.inputs[0]!.shape)],
  lower: {
    kind: "reduce",
    identity: (node) => (node.dtype === "i32" ? "0" : "0.0"),
    combine: (a, b) => `(${a} + ${b})`,
  },
};
