import type { Side } from "../../schedule/operand.ts";
import type { ProductParts } from "./operands.ts";
import { sumCount, writesSums } from "./sums.ts";
import type { Tile } from "./tile-choice.ts";

/**
 * Sums of operands in the tile back end. A lane adds up the patches that it puts into workgroup memory, each four rows
 * (or columns) by four depths; in the end the lanes with the same rows put theirs together there.
 */
export function tileSums(parts: ProductParts, tile: Tile) {
  const wanted = (side: Side) => parts.sums.includes(side);
  return {
    start: parts.sums.length > 0 ? "  var passed = vec4f();\n" : "",
    /** Where a lane holds a patch `next` of that operand. */
    step: (side: Side) => (wanted(side) ? `      if (${writesSums(side)}) {\n        passed += next[0] + next[1] + next[2] + next[3];\n      }\n` : ""),
    end: parts.sums.map((side) => gather(side, parts, tile)).join(""),
  };
}

function gather(side: Side, parts: ProductParts, { rows, columns, depth }: Tile): string {
  const fours = (side === "a" ? rows : columns) / 4;
  const before = side === "a" ? 0 : (rows * depth) / 16;
  const [own, from] = before === 0 ? ["lane", ""] : [`lane - ${before}u`, `lane >= ${before}u && `];
  const [slice, first] = [`${side}_slice`, side === "a" ? "row_start" : "column_start"];
  // A patch's place tells its rows and which four of the slice's depths it has: those are added up.
  const parted = [...Array(depth / 4).keys()].map((four) => `${slice}[lane + ${four * 4 * fours}u]`);
  return `  if (${writesSums(side)}) {
    workgroupBarrier();
    if (${from}lane < ${before + (fours * depth) / 4}u) {
      ${slice}[${side}_place(${own})] = passed;
    }
    workgroupBarrier();
    if (lane < ${fours}u) {
      let sum = ${parted.join(" + ")};
      for (var part = 0u; part < 4u; part++) {
        let at = ${first} + lane * 4u + part;
        if (at < ${sumCount(side, parts)}) {
          ${side}_sum(z, at, sum[part]);
        }
      }
    }
  }
`;
}
