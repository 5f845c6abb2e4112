import { sizesOf } from "../graph/attrs.ts";
import { showShape } from "../graph/type.ts";
import { OpError, type OpDef } from "./op.ts";
import { expectDType, expectDeclared, expectInputs } from "./kit/expect.ts";
import { movement } from "./kit/movement.ts";

export const slice: OpDef = {
  name: "slice",
  doc: "The part of x that begins at index `starts` and has the declared shape.",
  attrs: { starts: "sizes" },
  infer(inputs, attrs, declared) {
    expectInputs(inputs, 1);
    const [x] = inputs;
    const type = expectDeclared(declared);
    expectDType(type, [x!.dtype]);
    const starts = sizesOf(attrs, "starts");
    if (starts.length !== x!.shape.length || type.shape.length !== x!.shape.length) {
      throw new OpError(`a start and a size for each axis of ${showShape(x!.shape)}`, `${showShape(starts)}, ${showShape(type.shape)}`);
    }
    starts.forEach((start, axis) => {
      // What is left behind the part; where it is not a number, the checker of the language has proved it.
      const rest = x!.shape[axis]!.sub(start).sub(type.shape[axis]!).constant;
      if ((start.constant ?? 0) < 0 || (rest ?? 0) < 0) {
        throw new OpError(`a part of ${showShape(x!.shape)}`, `${showShape(type.shape)} from ${showShape(starts)}`);
      }
    });
    return { dtype: x!.dtype, shape: type.shape };
  },
  vjp: (node, ct, g) => [g.pad(ct, sizesOf(node.attrs, "starts"), node.inputs[0]!.shape, 0)],
  ...movement((node, at, x) => ({
    kind: "element",
    input: 0,
    at: sizesOf(node.attrs, "starts").map((start, axis) => x.add(at[axis]!, x.size(start))),
  })),
};
