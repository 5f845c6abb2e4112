import { evaluateHost } from "@jepac/runtime/plan";
import { dataOf, hostOf, numberOf, textOf } from "../../graph/attrs.ts";
import { constantShape } from "../../graph/type.ts";
import { hostValue, isConstant } from "../host-value.ts";
import { ONE, type LowerOp } from "../lowering.ts";
import { ELEMENT } from "../schema.ts";
import { OnnxUnsupported } from "../unsupported.ts";

/** Operations without inputs. */
export const source: Readonly<Record<string, LowerOp>> = {
  input: (node, to) => ({ name: to.inputName(textOf(node.attrs, "name")), shape: node.shape }),
  weight(node, to) {
    const name = textOf(node.attrs, "name");
    const dims = constantShape(node.shape);
    if (dims === undefined) throw new OnnxUnsupported(`has the weight '${name}' of a size that changes`, node.span);
    return { name: to.writer.data(name, "f32", dims, to.weight(name)), shape: node.shape };
  },
  constant(node, { writer }) {
    const value = numberOf(node.attrs, "value");
    const shape = node.shape.map(() => ONE);
    const dims = shape.map(() => 1);
    if (node.dtype === "bool") return { name: writer.bool(value !== 0, dims), shape };
    return { name: node.dtype === "f32" ? writer.float(value, dims) : writer.int32([value], dims), shape };
  },
  table(node, { writer }) {
    const data = dataOf(node.attrs, "data");
    const values = node.dtype === "f32" ? Float32Array.from(data) : node.dtype === "i32" ? Int32Array.from(data) : Uint8Array.from(data);
    return { name: writer.data("table", node.dtype, constantShape(node.shape)!, values), shape: node.shape };
  },
  scalar(node, { writer, sizes }) {
    const expr = hostOf(node.attrs, "expr");
    if (isConstant(expr)) {
      const value = evaluateHost(expr, { seed: 0, step: 0, sizes: {} });
      return { name: node.dtype === "f32" ? writer.float(value) : writer.int32([Math.trunc(value)], []), shape: [] };
    }
    const value = hostValue(expr, writer, sizes, node.span);
    return { name: writer.op("Cast", [value], { to: ELEMENT[node.dtype] }), shape: [] };
  },
  iota(node, { writer, sizes }) {
    const axis = numberOf(node.attrs, "axis");
    const length = node.shape[axis]!;
    const shape = node.shape.map((size, i) => (i === axis ? size : ONE));
    const range = writer.op("Range", [writer.ints([0], []), sizes.scalar(length), writer.ints([1], [])]);
    return { name: writer.op("Reshape", [writer.op("Cast", [range], { to: ELEMENT.i32 }), sizes.target(shape)]), shape };
  },
  uniform(node) {
    throw new OnnxUnsupported("draws random numbers", node.span);
  },
};
