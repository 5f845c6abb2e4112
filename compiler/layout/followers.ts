import { textOf } from "../graph/attrs.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { Graph, Node } from "../graph/node.ts";
import { rebuild } from "../passes/pass.ts";

/** In the graph of a run that moves weights, the average number `i` that follows them. */
export const followerName = (i: number): string => `average.${i}`;

/**
 * A graph that moves weights, and with them the averages that follow: each takes the values just computed, so that
 * weights are read and written once. In `averages` the weights are called `source`, and the average `target`.
 */
export function withFollowers(graph: Graph, averages: readonly Node[]): Graph {
  const g = new GraphBuilder(graph.sizes);
  const { outputs } = rebuild(graph, () => undefined, g);
  const moved = outputs.find(({ name }) => name === "target")!.node;
  const follow = (average: Node, i: number) => {
    const replace = (node: Node): Node | undefined => {
      if (node.op !== "weight") return undefined;
      const name = textOf(node.attrs, "name");
      if (name === "source") return moved;
      return name === "target" ? g.weight(followerName(i), node.shape) : undefined;
    };
    return rebuild({ ...graph, outputs: [{ name: followerName(i), node: average }] }, replace, g).outputs;
  };
  return g.graph(graph.name, [...outputs, ...averages.flatMap(follow)]);
}
