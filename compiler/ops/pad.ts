import { numberOf, sizesOf } from "../graph/attrs.ts";
import { showShape } from "../graph/type.ts";
import { Poly } from "../size/poly.ts";
import { OpError, type Condition, type OpDef } from "./op.ts";
import { expectDType, expectDeclared, expectInputs } from "./kit/expect.ts";
import { movement } from "./kit/movement.ts";

const ONE = Poly.constant(1);

export const pad: OpDef = {
  name: "pad",
  doc: "x within a larger tensor of the declared shape, from index `before` on; `value` elsewhere.",
  attrs: { before: "sizes", value: "number" },
  infer(inputs, attrs, declared) {
    expectInputs(inputs, 1);
    const [x] = inputs;
    const type = expectDeclared(declared);
    expectDType(type, [x!.dtype]);
    const before = sizesOf(attrs, "before");
    if (before.length !== x!.shape.length || type.shape.length !== x!.shape.length) {
      throw new OpError(`a start and a size for each axis of ${showShape(x!.shape)}`, `${showShape(before)}, ${showShape(type.shape)}`);
    }
    before.forEach((start, axis) => {
      const after = type.shape[axis]!.sub(start).sub(x!.shape[axis]!).constant;
      if ((start.constant ?? 0) < 0 || (after ?? 0) < 0) {
        throw new OpError(`room for ${showShape(x!.shape)} at ${showShape(before)}`, showShape(type.shape));
      }
    });
    return { dtype: x!.dtype, shape: type.shape };
  },
  vjp: (node, ct, g) => [g.slice(ct, sizesOf(node.attrs, "before"), node.inputs[0]!.shape)],
  ...movement((node, at, x) => {
    const inner = node.inputs[0]!.shape;
    const before = sizesOf(node.attrs, "before");
    const conditions: Condition[] = [];
    before.forEach((start, axis) => {
      const end = start.add(inner[axis]!);
      if (start.constant !== 0) conditions.push(x.less(x.size(start.sub(ONE)), at[axis]!));
      if (!end.equals(node.shape[axis]!)) conditions.push(x.less(at[axis]!, x.size(end)));
    });
    const then = { kind: "element", input: 0, at: at.map((i, axis) => x.sub(i, x.size(before[axis]!))) } as const;
    if (conditions.length === 0) return then;
    const when = conditions.reduce((all, one) => x.and(all, one));
    return { kind: "choice", when, then, otherwise: { kind: "fill", value: numberOf(node.attrs, "value") } };
  }),
};
