import { elements, showShape, type Shape } from "../graph/type.ts";
import { Poly } from "../size/poly.ts";
import { OpError, type Index, type IndexAlgebra, type OpDef } from "./op.ts";
import { expectDType, expectDeclared, expectInputs } from "./kit/expect.ts";
import { movement } from "./kit/movement.ts";

export const reshape: OpDef = {
  name: "reshape",
  doc: "The same elements in row-major order under another shape.",
  attrs: {},
  infer(inputs, _attrs, declared) {
    expectInputs(inputs, 1);
    const [x] = inputs;
    const type = expectDeclared(declared);
    expectDType(type, [x!.dtype]);
    if (!elements(type.shape).equals(elements(x!.shape))) {
      throw new OpError(`a shape of ${elements(x!.shape).toString()} elements`, showShape(type.shape));
    }
    return { dtype: x!.dtype, shape: type.shape };
  },
  vjp: (node, ct, g) => [g.reshape(ct, node.inputs[0]!.shape)],
  ...movement((node, at, x) => ({ kind: "element", input: 0, at: reindex(node.inputs[0]!.shape, node.shape, at, x) })),
};

/**
 * The input's index for an output index. Axes are taken in the smallest groups of equal size, so that axes a
 * reshape leaves alone need no arithmetic.
 */
function reindex(from: Shape, to: Shape, at: readonly Index[], x: IndexAlgebra): Index[] {
  const result: Index[] = [];
  for (const group of matchAxes(from, to)) {
    if (group.from.length === 1 && group.to.length === 1) {
      result.push(at[group.to[0]!]!);
      continue;
    }
    let linear = x.size(0);
    for (const axis of group.to) linear = x.add(x.mul(linear, to[axis]!), at[axis]!);
    result.push(...group.from.map((axis, i) => {
      const below = elements(group.from.slice(i + 1).map((inner) => from[inner]!));
      const quotient = x.div(linear, below);
      return i === 0 ? quotient : x.mod(quotient, from[axis]!);
    }));
  }
  return result;
}

interface AxisGroup {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function matchAxes(from: Shape, to: Shape): AxisGroup[] {
  const groups: AxisGroup[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    const group = { from: [] as number[], to: [] as number[] };
    let left = Poly.constant(1);
    let right = Poly.constant(1);
    const takeFrom = () => ((left = left.mul(from[i]!)), group.from.push(i++));
    const takeTo = () => ((right = right.mul(to[j]!)), group.to.push(j++));
    if (i < from.length) takeFrom();
    if (j < to.length) takeTo();
    while (!left.equals(right)) {
      // With products of runtime sizes either side may be the shorter one: what divides the other is behind it.
      const leftBehind = i < from.length && (j >= to.length || isBehind(left, right));
      if (leftBehind) takeFrom();
      else if (j < to.length) takeTo();
      else break;
    }
    groups.push(group);
  }
  return groups;
}

function isBehind(left: Poly, right: Poly): boolean {
  if (left.constant !== undefined && right.constant !== undefined) return left.constant < right.constant;
  return right.divideExact(left) !== undefined;
}
