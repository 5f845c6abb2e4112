import type { Attr, Node } from "../../../compiler/graph/node.ts";
import { showShape } from "../../../compiler/graph/type.ts";
import { Poly } from "../../../compiler/size/poly.ts";

/** A node as a nested call, for short expectations: `sum[1](mul(x, 2))`. Reshapes and broadcasts show their result. */
export function expression(node: Node): string {
  if (node.op === "input" || node.op === "weight") return node.attrs["name"] as string;
  if (node.op === "constant") return `${node.attrs["value"] as number}`;
  if (node.op === "table") return `table${showShape(node.shape)}`;
  if (node.op === "scalar") return JSON.stringify(node.attrs["expr"]);
  const attrs = Object.values(node.attrs).map(attr);
  const shape = ["reshape", "broadcast", "slice", "pad", "iota"].includes(node.op) ? `->${showShape(node.shape)}` : "";
  return `${node.op}${attrs.join("")}${shape}(${node.inputs.map(expression).join(", ")})`;
}

function attr(value: Attr): string {
  if (!Array.isArray(value)) return `[${JSON.stringify(value)}]`;
  return `[${value.map((item) => (item instanceof Poly ? item.toString() : `${item}`)).join(",")}]`;
}
