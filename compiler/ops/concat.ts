import { numberOf } from "../graph/attrs.ts";
import { Poly } from "../size/poly.ts";
import { OpError, type Moved, type OpDef } from "./op.ts";
import { axisSize, expectDType, expectShape } from "./kit/expect.ts";
import { movement } from "./kit/movement.ts";

export const concat: OpDef = {
  name: "concat",
  doc: "One or more tensors one after the other along `axis`; the other sizes are equal.",
  attrs: { axis: "number" },
  infer(inputs, attrs) {
    const [first] = inputs;
    if (first === undefined) throw new OpError("at least one input", "none");
    const axis = numberOf(attrs, "axis");
    let total = axisSize(first, axis);
    for (const other of inputs.slice(1)) {
      expectDType(other, [first.dtype]);
      expectShape(other.shape.with(axis, total), first.shape.with(axis, total), "sizes, but for the axis,");
      total = total.add(other.shape[axis]!);
    }
    return { dtype: first.dtype, shape: first.shape.with(axis, total) };
  },
  vjp(node, ct, g) {
    const axis = numberOf(node.attrs, "axis");
    const starts = node.shape.map(() => Poly.constant(0));
    return node.inputs.map((input) => {
      const part = g.slice(ct, starts, input.shape);
      starts[axis] = starts[axis]!.add(input.shape[axis]!);
      return part;
    });
  },
  ...movement((node, at, x) => {
    const axis = numberOf(node.attrs, "axis");
    const from = (input: number, start: Poly): Moved => {
      const element: Moved = { kind: "element", input, at: at.with(axis, x.sub(at[axis]!, x.size(start))) };
      if (input === node.inputs.length - 1) return element;
      const end = start.add(node.inputs[input]!.shape[axis]!);
      return { kind: "choice", when: x.less(at[axis]!, x.size(end)), then: element, otherwise: from(input + 1, end) };
    };
    return from(0, Poly.constant(0));
  }),
};
