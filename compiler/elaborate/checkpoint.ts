import type { Node } from "../graph/node.ts";
import { opNamed } from "../ops/table.ts";
import type { Interpreter } from "./interpreter.ts";
import { tensor, type Value } from "./value.ts";

/**
 * The value of `body`, computed again in the backward pass from what was there before it: of all that lies between,
 * nothing is kept. What is no tensor is given as it is.
 */
export function checkpointed(it: Interpreter, body: () => Value): Value {
  const before = it.g.size;
  const value = body();
  if (value.kind !== "tensor" || value.node.id < before) return value;
  return tensor(it.g.node("checkpoint", [value.node, ...inputsOf(value.node, before)]));
}

/** What the nodes made from number `before` on take from those made earlier, but for what costs no memory. */
function inputsOf(node: Node, before: number): Node[] {
  const [inside, outside] = [new Set<Node>(), new Set<Node>()];
  const stack = [node];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (inside.has(at)) continue;
    inside.add(at);
    for (const input of at.inputs) {
      if (input.id >= before) stack.push(input);
      else if (input.op === "input" || opNamed(input.op).lower.kind !== "source") outside.add(input);
    }
  }
  return [...outside].sort((a, b) => a.id - b.id);
}
