import type { Graph } from "../graph/node.ts";
import { cse } from "./cse.ts";
import { fold } from "./fold.ts";
import type { Pass } from "./pass.ts";
import { removeStop } from "./remove-stop.ts";
import { simplify } from "./simplify.ts";

/**
 * What happens to a graph between autodiff and scheduling, in order. Dead nodes need no pass: a graph is what its
 * outputs reach.
 */
export const PASSES: readonly Pass[] = [removeStop, simplify, fold, cse, simplify];

/** Runs all passes. `observe` sees the graph after each: the verifier in tests, the printer in `jepac inspect`. */
export function runPasses(graph: Graph, observe?: (graph: Graph, after: Pass) => void): Graph {
  for (const pass of PASSES) {
    graph = pass.run(graph);
    observe?.(graph, pass);
  }
  return graph;
}
