import type { Node } from "../../graph/node.ts";
import type { Shape } from "../../graph/type.ts";
import { ONE, type Lowering, type LowerOp, type Stored } from "../lowering.ts";
import { ELEMENT } from "../schema.ts";

type Write = (inputs: readonly string[], to: Lowering, node: Node) => string;

/** Operations on elements; the result is stored along each axis as the longest of its inputs. */
export const elementwise: Readonly<Record<string, LowerOp>> = {
  neg: operator("Neg"),
  exp: operator("Exp"),
  log: operator("Log"),
  sqrt: operator("Sqrt"),
  rsqrt: each(([x], { writer }) => writer.op("Reciprocal", [writer.op("Sqrt", [x!])])),
  sin: operator("Sin"),
  cos: operator("Cos"),
  tanh: operator("Tanh"),
  erf: operator("Erf"),
  abs: operator("Abs"),
  floor: operator("Floor"),
  ceil: operator("Ceil"),
  round: operator("Round"),
  not: operator("Not"),
  cast: each(([x], { writer }, { dtype }) => writer.op("Cast", [x!], { to: ELEMENT[dtype] })),
  // What concerns gradients and the order of work only.
  stop: (node, to) => to.stored(node.inputs[0]!),
  checkpoint: (node, to) => to.stored(node.inputs[0]!),
  after: (node, to) => to.stored(node.inputs[0]!),

  add: operator("Add"),
  sub: operator("Sub"),
  mul: operator("Mul"),
  div: each((inputs, to, { dtype }) => (dtype === "i32" ? floorDivide(inputs, to) : to.writer.op("Div", inputs))),
  mod: each((inputs, to, { dtype }) => (dtype === "i32" ? to.writer.op("Mod", inputs) : floorModulo(inputs, to))),
  pow: operator("Pow"),
  min: operator("Min"),
  max: operator("Max"),
  lt: operator("Less"),
  le: operator("LessOrEqual"),
  gt: operator("Greater"),
  ge: operator("GreaterOrEqual"),
  eq: operator("Equal"),
  ne: each((inputs, { writer }) => writer.op("Not", [writer.op("Equal", inputs)])),
  and: operator("And"),
  or: operator("Or"),
  select: operator("Where"),
};

function operator(type: string): LowerOp {
  return each((inputs, { writer }) => writer.op(type, inputs));
}

function each(write: Write): LowerOp {
  return (node, to): Stored => {
    const inputs = node.inputs.map((input) => to.stored(input));
    return { name: write(inputs.map(({ name }) => name), to, node), shape: stretched(node.shape, inputs.map(({ shape }) => shape)) };
  };
}

function stretched(full: Shape, stored: readonly Shape[]): Shape {
  return full.map((size, axis) => (stored.every((shape) => shape[axis]!.constant === 1) ? ONE : size));
}

/** ONNX divides integers towards zero, but its remainder has the divisor's sign: without it the division is exact. */
function floorDivide([a, b]: readonly string[], { writer }: Lowering): string {
  return writer.op("Div", [writer.op("Sub", [a!, writer.op("Mod", [a!, b!])]), b!]);
}

/** ONNX has the remainder of floats with the dividend's sign only. */
function floorModulo([a, b]: readonly string[], { writer }: Lowering): string {
  return writer.op("Sub", [a!, writer.op("Mul", [b!, writer.op("Floor", [writer.op("Div", [a!, b!])])])]);
}
