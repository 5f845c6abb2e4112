import { intsOf } from "../graph/attrs.ts";
import { OpError, type OpDef } from "./op.ts";
import { expectInputs } from "./kit/expect.ts";
import { movement } from "./kit/movement.ts";

export const transpose: OpDef = {
  name: "transpose",
  doc: "The axes in another order: output axis i is input axis `perm[i]`.",
  attrs: { perm: "ints" },
  infer(inputs, attrs) {
    expectInputs(inputs, 1);
    const [x] = inputs;
    const perm = intsOf(attrs, "perm");
    const seen = [...perm].sort((a, b) => a - b);
    if (perm.length !== x!.shape.length || seen.some((axis, i) => axis !== i)) {
      throw new OpError(`each of ${x!.shape.length} axes once`, `[${perm.join(", ")}]`);
    }
    return { dtype: x!.dtype, shape: perm.map((axis) => x!.shape[axis]!) };
  },
  vjp: (node, ct, g) => [g.transpose(ct, inverse(intsOf(node.attrs, "perm")))],
  ...movement((node, at) => ({ kind: "element", input: 0, at: inverse(intsOf(node.attrs, "perm")).map((axis) => at[axis]!) })),
};

function inverse(perm: readonly number[]): number[] {
  return perm.map((_, axis) => perm.indexOf(axis));
}
