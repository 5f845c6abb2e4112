import { intsOf } from "../graph/attrs.ts";
import { showShape } from "../graph/type.ts";
import { OpError, type OpDef } from "./op.ts";
import { expectAxes, expectDType, expectDeclared, expectInputs } from "./kit/expect.ts";
import { movement } from "./kit/movement.ts";

export const broadcast: OpDef = {
  name: "broadcast",
  doc: "Repeats x along new axes: input axis i lies at output axis `axes[i]` (increasing), of the same size.",
  attrs: { axes: "ints" },
  infer(inputs, attrs, declared) {
    expectInputs(inputs, 1);
    const [x] = inputs;
    const type = expectDeclared(declared);
    expectDType(type, [x!.dtype]);
    const axes = intsOf(attrs, "axes");
    expectAxes(axes, type.shape.length);
    const fits = axes.length === x!.shape.length && axes.every((axis, i) => type.shape[axis]!.equals(x!.shape[i]!));
    if (!fits) throw new OpError(`${showShape(x!.shape)} at axes [${axes.join(", ")}]`, showShape(type.shape));
    return { dtype: x!.dtype, shape: type.shape };
  },
  vjp(node, ct, g) {
    const axes = intsOf(node.attrs, "axes");
    return [g.sum(ct, node.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)))];
  },
  ...movement((node, at) => ({ kind: "element", input: 0, at: intsOf(node.attrs, "axes").map((axis) => at[axis]!) })),
};
