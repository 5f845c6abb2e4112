import { intsOf } from "../graph/attrs.ts";
import type { Graph, Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import type { SizeBox } from "../index/size-box.ts";
import { FoldSpace } from "./fold-space.ts";

/** Lanes below which a device is not busy. */
const FEW = 4096;
/** Elements above which one lane, or one workgroup, takes long. */
const LONG = { lane: 64, row: 4096 };

/**
 * Folds one axis after the other where a reduction would give few lanes long loops, as sums over a batch do: the
 * first step then has a lane for each element of the axes left.
 */
export function splitReductions(graph: Graph, box: SizeBox): Graph {
  const nodes = topological(graph.outputs.map((output) => output.node));
  let next = Math.max(0, ...nodes.map((node) => node.id)) + 1;
  const replaced = new Map<Node, Node>();
  for (const old of nodes) {
    const inputs = old.inputs.map((input) => replaced.get(input)!);
    const same = inputs.every((input, i) => input === old.inputs[i]);
    const node = same ? old : { ...old, inputs, id: next++ };
    const axis = axisToFoldFirst(node, box);
    if (axis === undefined) {
      replaced.set(old, node);
      continue;
    }
    const [x] = node.inputs as [Node];
    const shape = x.shape.filter((_, i) => i !== axis);
    const first: Node = { ...node, id: next++, inputs: [x], attrs: { axes: [axis] }, shape };
    const rest = intsOf(node.attrs, "axes").flatMap((a) => (a === axis ? [] : [a > axis ? a - 1 : a]));
    replaced.set(old, { ...node, id: next++, inputs: [first], attrs: { axes: rest } });
  }
  return { ...graph, outputs: graph.outputs.map(({ name, node }) => ({ name, node: replaced.get(node)! })) };
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

