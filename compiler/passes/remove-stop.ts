import { rebuild, type Pass } from "./pass.ts";

export const removeStop: Pass = {
  name: "remove-stop",
  doc: "Drops `stop`: once gradients are there, it means nothing.",
  run: (graph) => rebuild(graph, (node) => (node.op === "stop" ? node.inputs[0] : undefined)),
};
