import type { Side } from "../../schedule/operand.ts";
import { lanesOf, type MatrixTile } from "./matrix-tile.ts";
import type { ProductParts } from "./operands.ts";
import { sumCount, writesSums } from "./sums.ts";

/** An operand's slice in workgroup memory: `length` rows (or columns) by the tile's depth, four neighbours an element. */
interface Slice {
  readonly side: Side;
  readonly length: number;
  readonly alongDepth: boolean;
}

/**
 * The sum of an operand in the matrix back end: of what goes into the slice, rounded to f16 as it is, but in f32. A lane
 * adds up the fours that it brings; in the end they are put together where results will pass.
 */
export function matrixSums(parts: ProductParts, tile: MatrixTile, { side, length, alongDepth }: Slice) {
  const lanes = lanesOf(tile);
  const quads = range((length * tile.depth) / 4 / lanes);
  const first = side === "a" ? "row_start" : "column_start";
  const sum = (q: number) => `${side}_passed${q}`;
  // Fours along the depth are of one row each; others of the same four rows in all turns, as `lanes` is a multiple of
  // the fours of a row.
  const [type, names] = alongDepth ? ["f32", quads.map(sum)] : ["vec4f", [sum(0)]];
  const step = (q: number) => (alongDepth ? `${sum(q)} += dot(vec4f(${side}${q}), vec4f(1.0));` : `${sum(0)} += vec4f(${side}${q});`);
  const put = alongDepth
    ? quads.map((q) => `results[lane + ${q * lanes}u] = ${sum(q)};`)
    : range(4).map((part) => `results[lane * 4u + ${part}u] = ${sum(0)}.${"xyzw"[part]!};`);
  const parted = alongDepth ? tile.depth / 4 : (lanes * 4) / length;
  const place = alongDepth ? `lane * ${parted}u + part` : `part * ${length}u + lane`;
  return {
    start: names.map((name) => `  var ${name} = ${type}();\n`).join(""),
    step: `    if (${writesSums(side)}) {\n${quads.map((q) => `      ${step(q)}\n`).join("")}    }\n`,
    end: `  if (${writesSums(side)}) {
${put.map((line) => `    ${line}\n`).join("")}    workgroupBarrier();
    if (lane < ${length}u && ${first} + lane < ${sumCount(side, parts)}) {
      var sum = 0.0;
      for (var part = 0u; part < ${parted}u; part++) {
        sum += results[${place}];
      }
      ${side}_sum(z, ${first} + lane, sum);
    }
    workgroupBarrier();
  }
`,
  };
}

function range(count: number): number[] {
  return [...Array(count).keys()];
}
