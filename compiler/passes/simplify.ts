import type { GraphBuilder } from "../graph/builder.ts";
import type { Graph, Node } from "../graph/node.ts";
import { rebuild, type Pass } from "./pass.ts";
import { arithmeticRules } from "./rules/arithmetic.ts";
import { arithmeticBeforeBroadcast, arithmeticBeforeReshape } from "./rules/commute.ts";
import { disjointPads } from "./rules/disjoint-pads.ts";
import { logicRules } from "./rules/logic.ts";
import { movementRules } from "./rules/movement.ts";
import { reductionRules } from "./rules/reduction.ts";
import type { Rule } from "./rules/rule.ts";

export const RULES: readonly Rule[] = [
  ...arithmeticRules,
  ...logicRules,
  ...movementRules,
  ...reductionRules,
  disjointPads,
  arithmeticBeforeBroadcast,
  arithmeticBeforeReshape,
];

/** Every rule makes progress, so rounds end by themselves; the bound guards against a pair that undo each other. */
const MAX_ROUNDS = 50;

export const simplify: Pass = {
  name: "simplify",
  doc: "Applies the identities of passes/rules until none applies.",
  run(graph) {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const next = applyOnce(graph);
      graph = next.graph;
      if (!next.changed) return graph;
    }
    throw new Error(`the rules of simplify do not come to an end on graph '${graph.name}'`);
  },
};

function applyOnce(graph: Graph): { graph: Graph; changed: boolean } {
  let changed = false;
  const replace = (node: Node, g: GraphBuilder) => {
    for (const rule of rulesOf.get(node.op) ?? []) {
      const better = rule.apply(node, g);
      if (better !== undefined && better !== node) {
        changed = true;
        return better;
      }
    }
    return undefined;
  };
  return { graph: rebuild(graph, replace), changed };
}

const rulesOf = new Map<string, Rule[]>();
for (const rule of RULES) {
  for (const op of rule.ops) rulesOf.set(op, [...(rulesOf.get(op) ?? []), rule]);
}
