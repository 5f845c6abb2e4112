import { intsOf } from "../graph/attrs.ts";
import type { OpDef } from "./op.ts";
import { keptAxes, reduction } from "./kit/reduction.ts";

/** The least number of each dtype; WGSL has no literal for minus infinity. */
const LEAST = { f32: -3.4028234663852886e38, i32: -2147483648, bool: 0 } as const;

export const amax: OpDef = {
  name: "amax",
  doc: "The largest element over `axes`, which are dropped; elements that tie share the derivative equally.",
  ...reduction((a, b) => Math.max(a, b), (node) => LEAST[node.dtype]),
  vjp(node, ct, g) {
    const x = node.inputs[0]!;
    const kept = keptAxes(node);
    const largest = g.cast(g.eq(x, g.broadcast(node, kept, x.shape)), "f32");
    const share = g.div(ct, g.sum(largest, intsOf(node.attrs, "axes")));
    return [g.mul(largest, g.broadcast(share, kept, x.shape))];
  },
  lower: {
    kind: "reduce",
    identity: (node) => (node.dtype === "i32" ? "i32(-2147483648)" : "f32(-3.4028234663852886e38)"),
    combine: (a, b) => `max(${a}, ${b})`,
  },
};
