import { numberOf } from "../graph/attrs.ts";
import { hostCall } from "../graph/host-call.ts";
import { hostSize } from "../graph/host-size.ts";
import type { Graph } from "../graph/node.ts";
import { elements } from "../graph/type.ts";
import { rebuild } from "../passes/pass.ts";

/**
 * The graph with the random tensors of these sites, whose first axis is clips, drawing the numbers that their clips
 * have in the whole batch: they count their elements from those of the clips before.
 */
export function countFromFirstClip(graph: Graph, sites: ReadonlySet<number>): Graph {
  return rebuild(graph, (node, g) => {
    if (node.op !== "uniform" || !sites.has(numberOf(node.attrs, "site"))) return undefined;
    const first = hostCall("mul", { get: "firstClip" }, hostSize(elements(node.shape.slice(1))));
    return g.uniform(node.shape, numberOf(node.attrs, "site"), first);
  });
}
