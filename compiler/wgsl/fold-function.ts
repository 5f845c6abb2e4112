import type { Node } from "../graph/node.ts";
import { opNamed } from "../ops/table.ts";

const SUBGROUP: Readonly<Record<string, string>> = { sum: "subgroupAdd", amax: "subgroupMax" };

/**
 * A function that folds one value of each lane of the workgroup; every lane gets the result. With subgroups each
 * folds its lanes first, and a workgroup of one subgroup is done then.
 */
export function foldFunction(name: string, node: Node, subgroups: boolean): string {
  const { lower } = opNamed(node.op);
  if (lower.kind !== "reduce") throw new Error(`${node.op} is no reduction`);
  const type = node.dtype;
  const partial = `partial_${type}`;
  const combined = lower.combine("all", `${partial}[other]`);
  const own = subgroups
    ? `  let own = ${SUBGROUP[node.op] ?? missing(node.op)}(value);
  if (WG <= lanes) {
    return own;
  }
`
    : "  let own = value;\n";
  return `fn ${name}(value: ${type}, lane: u32, lanes: u32) -> ${type} {
${own}  workgroupBarrier();
  if (lane % lanes == 0u) {
    ${partial}[lane / lanes] = own;
  }
  workgroupBarrier();
  var all = ${partial}[0];
  for (var other = 1u; other < (WG + lanes - 1u) / lanes; other++) {
    all = ${combined};
  }
  return all;
}
`;
}

function missing(op: string): never {
  throw new Error(`no subgroup operation folds as '${op}' does`);
}
