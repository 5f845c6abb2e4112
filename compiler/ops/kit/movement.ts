import { Poly } from "../../size/poly.ts";
import { count, forEachIndex, position, zeros, type NdArray } from "../../graph/ndarray.ts";
import type { Node } from "../../graph/node.ts";
import type { Condition, EvalEnv, Index, IndexAlgebra, Moved, OpDef } from "../op.ts";

type From = Extract<OpDef["lower"], { kind: "movement" }>["from"];

/** What is the same for every operation that only moves elements: where from is all there is to say. */
export function movement(from: From): Pick<OpDef, "evaluate" | "flops" | "lower"> {
  return {
    evaluate: (node, inputs, env) => move(from, node, inputs, env),
    flops: () => Poly.constant(0),
    lower: { kind: "movement", from },
  };
}

function move(from: From, node: Node, inputs: readonly NdArray[], env: EvalEnv): NdArray {
  const result = zeros(node.dtype, env.shape(node));
  if (count(result.shape) === 0) return result;
  const algebra = numbers(inputs, env);
  forEachIndex(result.shape, (index, at) => {
    result.data[at] = element(from(node, index.map(toIndex), algebra), inputs);
  });
  return result;
}

function element(moved: Moved, inputs: readonly NdArray[]): number {
  switch (moved.kind) {
    case "fill":
      return moved.value;
    case "choice":
      return element((moved.when as unknown as boolean) ? moved.then : moved.otherwise, inputs);
    case "element": {
      const input = inputs[moved.input]!;
      return input.data[position(input.shape, moved.at.map(toNumber))]!;
    }
  }
}

/** The index algebra on plain numbers. */
function numbers(inputs: readonly NdArray[], env: EvalEnv): IndexAlgebra {
  const value = (size: Poly | number) =>
    typeof size === "number" ? size : (size.constant ?? size.evaluate(env.sizes));
  return {
    size: (n) => toIndex(value(n)),
    add: (a, b) => toIndex(toNumber(a) + toNumber(b)),
    sub: (a, b) => toIndex(toNumber(a) - toNumber(b)),
    mul: (a, b) => toIndex(toNumber(a) * value(b)),
    div: (a, b) => toIndex(Math.floor(toNumber(a) / value(b))),
    mod: (a, b) => toIndex(toNumber(a) % value(b)),
    less: (a, b) => (toNumber(a) < toNumber(b)) as unknown as Condition,
    and: (a, b) => ((a as unknown as boolean) && b) as unknown as Condition,
    load(input, at) {
      const array = inputs[input]!;
      return toIndex(array.data[position(array.shape, at.map(toNumber))]!);
    },
  };
}

const toIndex = (value: number) => value as unknown as Index;
const toNumber = (index: Index) => index as unknown as number;
