import { elements, showShape, type Shape } from "../graph/type.ts";
import type { Poly } from "../size/poly.ts";
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
 * reshape leaves alone need no arithmetic; nor do axes of size 1, whose index is 0.
 */
function reindex(from: Shape, to: Shape, at: readonly Index[], x: IndexAlgebra): Index[] {
  const result = from.map(() => x.size(0));
  for (const group of matchAxes(from, to)) {
    const [first, ...others] = group.to;
    let linear = at[first!]!;
    for (const axis of others) linear = x.add(x.mul(linear, to[axis]!), at[axis]!);
    group.from.forEach((axis, i) => {
      const below = elements(group.from.slice(i + 1).map((inner) => from[inner]!));
      const quotient = below.constant === 1 ? linear : x.div(linear, below);
      result[axis] = i === 0 ? quotient : x.mod(quotient, from[axis]!);
    });
  }
  return result;
}

interface AxisGroup {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function matchAxes(from: Shape, to: Shape): AxisGroup[] {
  const left = longAxes(from);
  const right = longAxes(to);
  const groups: AxisGroup[] = [];
  while (left.length > 0 && right.length > 0) {
    const group = { from: [left.shift()!], to: [right.shift()!] };
    for (;;) {
      const m = elements(group.from.map((axis) => from[axis]!));
      const n = elements(group.to.map((axis) => to[axis]!));
      if (m.equals(n)) break;
      // With products of runtime sizes either side may be the shorter one: what divides the other is behind it.
      if (left.length > 0 && (right.length === 0 || isBehind(m, n))) group.from.push(left.shift()!);
      else group.to.push(right.shift()!);
    }
    groups.push(group);
  }
  return groups;
}

function longAxes(shape: Shape): number[] {
  return shape.map((_, axis) => axis).filter((axis) => shape[axis]!.constant !== 1);
}

function isBehind(left: Poly, right: Poly): boolean {
  if (left.constant !== undefined && right.constant !== undefined) return left.constant < right.constant;
  return right.divideExact(left) !== undefined;
}
