import { GRID_INPUTS, WORKGROUP } from "../grid.ts";
import type { Side } from "../../schedule/operand.ts";
import type { ProductParts } from "./operands.ts";

export const PLAIN_LANES = 64;

/** One lane for each element of the result: needs nothing, and the others are checked against it. */
export function plainMain(parts: ProductParts): string {
  const { m, n, k, batch, a, b, bases } = parts;
  const [left, right] = [a.element(`a_base + row * ${a.row} + k * ${a.column}`), b.element(`b_base + k * ${b.row} + column * ${b.column}`)];
  return `@compute @workgroup_size(${PLAIN_LANES})
fn main(${GRID_INPUTS}, @builtin(local_invocation_index) lane: u32) {
  let item = (${WORKGROUP}) * ${PLAIN_LANES}u + lane;
  if (item >= ${m} * ${n} * ${batch}) {
    return;
  }
  let column = item % ${n};
  let row = item / ${n} % ${m};
  let z = item / (${n} * ${m});
${bases.map((line) => `  ${line}`).join("\n")}
  var total = 0.0;
  for (var k = 0u; k < ${k}; k++) {
    total = fma(${left}, ${right}, total);
  }
  finish(z, row, column, total);
${parts.sums.map((side) => (side === "a" ? sum(side, "column == 0u", "row", left) : sum(side, "row == 0u", "column", right))).join("")}}
`;

  function sum(side: Side, first: string, at: string, element: string): string {
    return `  if (${first}) {
    var sum = 0.0;
    for (var k = 0u; k < ${k}; k++) {
      sum += ${element};
    }
    ${side}_sum(z, ${at}, sum);
  }
`;
  }
}
