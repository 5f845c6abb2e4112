import { numberOf } from "../graph/attrs.ts";
import { showShape } from "../graph/type.ts";
import { Poly } from "../size/poly.ts";
import { OpError, type OpDef } from "./op.ts";
import { axisSize, expectDType, expectDeclared, expectInputs } from "./kit/expect.ts";
import { movement } from "./kit/movement.ts";

export const window: OpDef = {
  name: "window",
  doc: "Overlapping cuts of the last axis: T[..S, L] -> T[..S, floor((L - size) / step) + 1, size]",
  attrs: { size: "number", step: "number" },
  infer(inputs, attrs, declared) {
    expectInputs(inputs, 1);
    const [x] = inputs;
    const type = expectDeclared(declared);
    expectDType(type, [x!.dtype]);
    const length = axisSize(x!, x!.shape.length - 1);
    const size = numberOf(attrs, "size");
    const step = numberOf(attrs, "step");
    const windows = countWindows(length, size, step);
    const found = type.shape.slice(x!.shape.length - 1);
    const good =
      type.shape.length === x!.shape.length + 1 &&
      x!.shape.slice(0, -1).every((n, axis) => n.equals(type.shape[axis]!)) &&
      (windows === undefined || found[0]!.equals(windows)) &&
      found[1]!.constant === size;
    if (!good) throw new OpError(`${windows?.toString() ?? "some"} windows of ${size} over ${showShape(x!.shape)}`, showShape(type.shape));
    return { dtype: x!.dtype, shape: type.shape };
  },
  vjp(node, ct, g) {
    // Each sample gathers the cotangents of all windows that hold it.
    const x = node.inputs[0]!;
    const leading = x.shape.length - 1;
    const cuts = node.shape.slice(leading);
    const step = g.constant(numberOf(node.attrs, "step"), "i32", cuts);
    const at = g.add(g.mul(g.iota(cuts, 0), step), g.iota(cuts, 1));
    const order = node.shape.map((_, axis) => axis);
    const cutsFirst = g.transpose(ct, [...order.slice(leading), ...order.slice(0, leading)]);
    const length = x.shape[leading]!;
    const gathered = g.scatterAdd(at, cutsFirst, 0, [length, ...x.shape.slice(0, leading)]);
    return [g.transpose(gathered, [...order.slice(1, leading + 1), 0])];
  },
  ...movement((node, at, x) => {
    const [cut, within] = at.slice(-2);
    return { kind: "element", input: 0, at: [...at.slice(0, -2), x.add(x.mul(cut!, numberOf(node.attrs, "step")), within!)] };
  }),
};

/** Undefined where a runtime size leaves it to the declared shape. */
function countWindows(length: Poly, size: number, step: number): Poly | undefined {
  if (!(Number.isInteger(size) && size > 0 && Number.isInteger(step) && step > 0)) {
    throw new OpError("a size and a step of at least 1", `${size}, ${step}`);
  }
  if (length.constant === undefined) {
    return length.sub(Poly.constant(size)).divideExact(Poly.constant(step))?.add(Poly.constant(1));
  }
  if (length.constant < size) throw new OpError(`at least ${size} elements`, length.toString());
  return Poly.constant(Math.floor((length.constant - size) / step) + 1);
}
