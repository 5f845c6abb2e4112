import { intsOf } from "../graph/attrs.ts";
import type { Node } from "../graph/node.ts";
import type { SizeBox } from "../index/size-box.ts";
import { FoldSpace } from "./fold-space.ts";
import type { Rule } from "./rewrite.ts";

/** Lanes below which a device is not busy. */
const FEW = 4096;
/** Elements above which one lane, or one workgroup, takes long. */
const LONG = { lane: 64, row: 4096 };

/**
 * Folds one axis after the other where a reduction would give few lanes long loops, as sums over a batch do: the
 * first step then has a lane for each element of the axes left.
 */
export function splitReductions(box: SizeBox): Rule {
  return (node, make) => {
    const axis = axisToFoldFirst(node, box);
    if (axis === undefined) return node;
    const shape = node.inputs[0]!.shape.filter((_, i) => i !== axis);
    const first = make({ ...node, attrs: { axes: [axis] }, shape });
    const rest = intsOf(node.attrs, "axes").flatMap((a) => (a === axis ? [] : [a > axis ? a - 1 : a]));
    return make({ ...node, inputs: [first], attrs: { axes: rest } });
  };
}

function axisToFoldFirst(node: Node, box: SizeBox): number | undefined {
  if (node.op !== "sum" && node.op !== "amax") return undefined;
  const axes = intsOf(node.attrs, "axes");
  if (axes.length < 2) return undefined;
  const space = new FoldSpace(node, box);
  if (box.most(space.outer) >= FEW || box.most(space.inner) < (space.byRows ? LONG.row : LONG.lane)) return undefined;
  const { shape } = node.inputs[0]!;
  // The longest axis leaves the fewest elements for the second step, but the last one is read in order.
  const last = axes.at(-1)!;
  if (last === shape.length - 1) return last;
  return axes.reduce((best, axis) => (box.most(shape[axis]!) > box.most(shape[best]!) ? axis : best));
}
