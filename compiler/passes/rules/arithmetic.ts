import type { GraphBuilder } from "../../graph/builder.ts";
import type { Node } from "../../graph/node.ts";
import { constantValue, type Rule } from "./rule.ts";

/**
 * Identities of arithmetic. Kept to those that hold for infinities and NaN too (so no x·0 = 0), and in f32 to
 * within rounding.
 */
export const arithmeticRules: readonly Rule[] = [
  rightOperand("x + 0 = x", ["add", "sub"], (x, c) => (c === 0 ? x : undefined)),
  rightOperand("x · 1 = x / 1 = x", ["mul", "div"], (x, c) => (c === 1 ? x : undefined)),
  rightOperand("x · -1 = -x", ["mul"], (x, c, g) => (c === -1 ? g.neg(x) : undefined)),
  rightOperand("x / c = x · (1/c)", ["div"], (x, c, g) =>
    x.dtype === "f32" && c !== 0 && Number.isFinite(1 / c) ? g.mul(x, g.fill(1 / c, x)) : undefined,
  ),
  rightOperand("x - c = x + -c", ["sub"], (x, c, g) => g.add(x, g.fill(-c, x))),
  {
    name: "c + x = x + c",
    ops: ["add", "mul", "min", "max", "eq", "ne", "and", "or"],
    apply({ op, inputs: [a, b] }, g) {
      const swaps = constantValue(a!) !== undefined && constantValue(b!) === undefined;
      return swaps ? g.node(op, [b!, a!]) : undefined;
    },
  },
  {
    name: "(x + c) + d = x + (c + d)",
    ops: ["add", "mul"],
    apply({ op, inputs: [x, d] }, g) {
      if (x!.op !== op || x!.dtype !== "f32") return undefined;
      const [inner, c] = x!.inputs;
      if (constantValue(c!) === undefined || constantValue(d!) === undefined) return undefined;
      return g.node(op, [inner!, g.node(op, [c!, d!])]);
    },
  },
  {
    name: "-(-x) = x",
    ops: ["neg", "not"],
    apply: ({ op, inputs: [x] }) => (x!.op === op ? x!.inputs[0] : undefined),
  },
  {
    name: "a + -b = a - b",
    ops: ["add"],
    apply({ inputs: [a, b] }, g) {
      if (b!.op === "neg") return g.sub(a!, b!.inputs[0]!);
      return a!.op === "neg" ? g.sub(b!, a!.inputs[0]!) : undefined;
    },
  },
  {
    name: "a - -b = a + b",
    ops: ["sub"],
    apply: ({ inputs: [a, b] }, g) => (b!.op === "neg" ? g.add(a!, b!.inputs[0]!) : undefined),
  },
  {
    name: "-x · -y = x · y",
    ops: ["mul", "div"],
    apply({ op, dtype, inputs: [a, b] }, g) {
      return dtype === "f32" && a!.op === "neg" && b!.op === "neg" ? g.node(op, [a!.inputs[0]!, b!.inputs[0]!]) : undefined;
    },
  },
  {
    name: "-(x · c) = x · -c",
    ops: ["neg"],
    apply({ inputs: [x] }, g) {
      const c = x!.op === "mul" ? constantValue(x!.inputs[1]!) : undefined;
      return c === undefined ? undefined : g.mul(x!.inputs[0]!, g.fill(-c, x!));
    },
  },
  {
    name: "1 / sqrt(x) = rsqrt(x)",
    ops: ["div"],
    apply({ inputs: [a, b] }, g) {
      return b!.op === "sqrt" && constantValue(a!) === 1 ? g.rsqrt(b!.inputs[0]!) : undefined;
    },
  },
  rightOperand("x ^ small = products", ["pow"], (x, c, g) => smallPower(x, c, g)),
];

function rightOperand(name: string, ops: readonly string[], apply: (x: Node, c: number, g: GraphBuilder) => Node | undefined): Rule {
  return {
    name,
    ops,
    apply({ inputs: [x, right] }, g) {
      const c = constantValue(right!);
      return c === undefined ? undefined : apply(x!, c, g);
    },
  };
}

function smallPower(x: Node, exponent: number, g: GraphBuilder): Node | undefined {
  if (exponent === 0.5) return g.sqrt(x);
  if (exponent === -0.5) return g.rsqrt(x);
  if (!Number.isInteger(exponent) || Math.abs(exponent) > 4) return undefined;
  if (exponent < 0) return g.div(g.fill(1, x), g.pow(x, g.fill(-exponent, x)));
  if (exponent === 0) return g.fill(1, x);
  if (exponent === 1) return x;
  const square = g.mul(x, x);
  if (exponent === 2) return square;
  return exponent === 3 ? g.mul(square, x) : g.mul(square, square);
}
