import type { ProductParts } from "./operands.ts";
import type { SubgroupBlock } from "./subgroup.ts";
import { sumCount, writesSums } from "./sums.ts";

/** Statements before, in each turn of, and after the loop over the inner axis. */
export interface SumSteps {
  readonly start: string;
  readonly step: string;
  readonly end: string;
}

/**
 * Sums of operands in the subgroup back end: a lane adds up what it reads for the product, `left0`, … of its rows and
 * the fours `right0`, … of its columns.
 */
export function subgroupSums(parts: ProductParts, { bands, fours }: SubgroupBlock): SumSteps {
  const sides = parts.sums.map((side) => {
    const names = side === "a" ? range(bands).map((band) => `left${band}`) : range(fours).map((j) => `right${j}`);
    const own = side === "a" ? rowsOf : columnsOf;
    return {
      start: names.map((name) => `  var sum_${name} = ${side === "a" ? "0.0" : "vec4f()"};\n`).join(""),
      // A choice for the whole loop, which a driver takes out of it: sums in every workgroup cost what they did apart.
      step: `    if (${writesSums(side)}) {\n${names.map((name) => `      sum_${name} += ${name};\n`).join("")}    }\n`,
      end: `  if (${writesSums(side)}) {
${names.flatMap(own).map(({ at, sum }) => `    if (${at} < ${sumCount(side, parts)}) {\n      ${side}_sum(z, ${at}, ${sum});\n    }\n`).join("")}  }\n`,
    };
  });
  const all = (key: keyof SumSteps) => sides.map((side) => side[key]).join("");
  return { start: all("start"), step: all("step"), end: all("end") };
}

function rowsOf(name: string, band: number) {
  return [{ at: `row_start + lane + ${band * 8}u`, sum: `sum_${name}` }];
}

function columnsOf(name: string, j: number) {
  return range(4).map((part) => ({ at: `column_start + (lane + ${j * 8}u) * 4u + ${part}u`, sum: `sum_${name}.${"xyzw"[part]!}` }));
}

function range(count: number): number[] {
  return [...Array(count).keys()];
}
