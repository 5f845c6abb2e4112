import { intsOf, numberOf, sizesOf } from "../../graph/attrs.ts";
import type { Node } from "../../graph/node.ts";
import { elements } from "../../graph/type.ts";
import { ONE, type Lowering, type LowerOp } from "../lowering.ts";
import { ELEMENT } from "../schema.ts";

/** Operations that move elements. */
export const movement: Readonly<Record<string, LowerOp>> = {
  reshape: full((node, x, { writer, sizes }) => writer.op("Reshape", [x, sizes.target(node.shape)])),
  transpose(node, to) {
    const perm = intsOf(node.attrs, "perm");
    const { name, shape } = to.stored(node.inputs[0]!);
    return { name: to.writer.op("Transpose", [name], { perm }), shape: perm.map((axis) => shape[axis]!) };
  },
  broadcast(node, to) {
    const axes = intsOf(node.attrs, "axes");
    const { name, shape } = to.stored(node.inputs[0]!);
    const added = node.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const stored = node.shape.map((_, axis) => (axes.includes(axis) ? shape[axes.indexOf(axis)]! : ONE));
    return { name: added.length === 0 ? name : to.writer.op("Unsqueeze", [name, to.writer.ints(added)]), shape: stored };
  },
  slice: full((node, x, { writer, sizes }) => {
    const starts = sizesOf(node.attrs, "starts");
    const cut = node.shape.map((_, axis) => axis).filter((axis) => !node.shape[axis]!.equals(node.inputs[0]!.shape[axis]!));
    if (cut.length === 0) return x;
    const from = cut.map((axis) => starts[axis]!);
    const until = cut.map((axis) => starts[axis]!.add(node.shape[axis]!));
    return writer.op("Slice", [x, sizes.vector(from), sizes.vector(until), writer.ints(cut)]);
  }),
  pad: full((node, x, { writer, sizes }) => {
    const before = sizesOf(node.attrs, "before");
    const after = before.map((start, axis) => node.shape[axis]!.sub(start).sub(node.inputs[0]!.shape[axis]!));
    const value = numberOf(node.attrs, "value");
    const fill = node.dtype === "f32" ? writer.float(value) : node.dtype === "i32" ? writer.int32([value], []) : writer.bool(value !== 0, []);
    return writer.op("Pad", [x, sizes.vector([...before, ...after]), fill]);
  }),
  concat: (node, to) => ({ name: to.writer.op("Concat", node.inputs.map((input) => to.full(input)), { axis: numberOf(node.attrs, "axis") }), shape: node.shape }),
  window: full((node, x, { writer, sizes }) => {
    const [cuts, size] = node.shape.slice(-2);
    const range = (length: string): string => writer.op("Range", [writer.ints([0], []), length, writer.ints([1], [])]);
    const starts = writer.op("Mul", [range(sizes.scalar(cuts!)), writer.ints([numberOf(node.attrs, "step")], [])]);
    const at = writer.op("Add", [writer.op("Unsqueeze", [starts, writer.ints([1])]), range(sizes.scalar(size!))]);
    return writer.op("Gather", [x, at], { axis: node.inputs[0]!.shape.length - 1 });
  }),
  gather(node, to) {
    const batch = numberOf(node.attrs, "batch");
    const [x, at] = node.inputs.map((input) => to.full(input));
    if (batch === 0) return { name: to.writer.op("Gather", [x!, at!], { axis: 0 }), shape: node.shape };
    return { name: to.writer.op("GatherND", [x!, indices(node.inputs[1]!, at!, to)], { batch_dims: batch }), shape: node.shape };
  },
  scatter_add(node, to) {
    const { writer, sizes } = to;
    const [at, updates] = node.inputs;
    const batch = numberOf(node.attrs, "batch");
    // The batch axes and the rows become one axis of rows, which ScatterND adds into.
    const groups = elements(node.shape.slice(0, batch));
    const perGroup = elements(at!.shape.slice(batch));
    const rows = node.shape[batch]!;
    const rest = node.shape.slice(batch + 1);
    const group = writer.op("Range", [writer.ints([0], []), sizes.scalar(groups), writer.ints([1], [])]);
    const first = writer.op("Unsqueeze", [writer.op("Mul", [group, sizes.scalar(rows)]), writer.ints([1])]);
    const within = writer.op("Reshape", [writer.op("Cast", [to.full(at!)], { to: ELEMENT.i64 }), sizes.vector([groups, perGroup])]);
    const flat = writer.op("Reshape", [writer.op("Add", [within, first]), writer.ints([-1, 1])]);
    const zeros = writer.op("Expand", [writer.float(0), sizes.vector([groups.mul(rows), ...rest])]);
    const added = writer.op("ScatterND", [zeros, flat, writer.op("Reshape", [to.full(updates!), sizes.vector([groups.mul(perGroup), ...rest])])], { reduction: "add" });
    return { name: writer.op("Reshape", [added, sizes.vector(node.shape)]), shape: node.shape };
  },
};

/** Of one input at its full size, to a result at its full size. */
function full(write: (node: Node, x: string, to: Lowering) => string): LowerOp {
  return (node, to) => ({ name: write(node, to.full(node.inputs[0]!), to), shape: node.shape });
}

/** Row numbers as GatherND takes them: i64[..., 1]. */
function indices(node: Node, at: string, { writer }: Lowering): string {
  return writer.op("Unsqueeze", [writer.op("Cast", [at], { to: ELEMENT.i64 }), writer.ints([node.shape.length])]);
}
