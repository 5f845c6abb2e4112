import { constantValue, type Rule } from "./rule.ts";

/** Identities of truth values, choices and conversions. */
export const logicRules: readonly Rule[] = [
  {
    name: "x and true = x, x and false = false",
    ops: ["and"],
    apply: ({ inputs: [x, y] }) => (constantValue(y!) === undefined ? undefined : constantValue(y!) === 1 ? x : y),
  },
  {
    name: "x or false = x, x or true = true",
    ops: ["or"],
    apply: ({ inputs: [x, y] }) => (constantValue(y!) === undefined ? undefined : constantValue(y!) === 0 ? x : y),
  },
  {
    name: "select(true, a, b) = a",
    ops: ["select"],
    apply({ inputs: [condition, a, b] }) {
      const value = constantValue(condition!);
      return value === undefined ? undefined : value !== 0 ? a : b;
    },
  },
  {
    name: "select(c, a, a) = a",
    ops: ["select"],
    apply: ({ inputs: [, a, b] }) => (a === b ? a : undefined),
  },
  {
    name: "select(not c, a, b) = select(c, b, a)",
    ops: ["select"],
    apply: ({ inputs: [c, a, b] }, g) => (c!.op === "not" ? g.select(c!.inputs[0]!, b!, a!) : undefined),
  },
  {
    name: "cast(cast(x)) = cast(x), where the first loses nothing",
    ops: ["cast"],
    apply(node, g) {
      const [x] = node.inputs;
      if (x!.dtype === node.dtype) return x;
      if (x!.op !== "cast") return undefined;
      const source = x!.inputs[0]!;
      const lossless = source.dtype === "bool" || (source.dtype === "i32" && node.dtype === "bool");
      return lossless ? g.cast(source, node.dtype) : undefined;
    },
  },
];
