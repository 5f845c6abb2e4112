import { rebuild, type Pass } from "./pass.ts";

export const removeStop: Pass = {
  name: "remove-stop",
  doc: "Drops `stop` and `checkpoint`: once gradients are there, they mean nothing.",
  run: (graph) => rebuild(graph, (node) => (node.op === "stop" || node.op === "checkpoint" ? node.inputs[0] : undefined)),
};
