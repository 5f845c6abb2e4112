import { GRID_INPUTS } from "../grid.ts";
import type { OperandText, ProductParts } from "./operands.ts";
import { tileStart } from "./tiles.ts";

export const TILE = { rows: 64, columns: 64 };
const DEPTH = 16;

/**
 * 64 x 64 results a workgroup of 256 lanes, 4 x 4 each, over slices of 16 in workgroup memory: for GPUs. Each slice
 * is loaded along the axis whose neighbours are side by side in memory.
 */
export function tileMain(parts: ProductParts): string {
  const { m, n, k, a, b } = parts;
  const four = [0, 1, 2, 3];
  return `var<workgroup> a_slice: array<f32, ${DEPTH * TILE.rows}>;
var<workgroup> b_slice: array<f32, ${DEPTH * TILE.columns}>;
@compute @workgroup_size(256)
fn main(${GRID_INPUTS}, @builtin(local_invocation_index) lane: u32) {
${tileStart(parts, TILE)}
  let x = lane % 16u;
  let y = lane / 16u;
  var total = array<vec4f, 4>();
  for (var start = 0u; start < ${k}; start += ${DEPTH}u) {
    for (var e = lane; e < ${DEPTH * TILE.rows}u; e += 256u) {
${slice("a", a, m, k)}
    }
    for (var e = lane; e < ${DEPTH * TILE.columns}u; e += 256u) {
${slice("b", b, n, k)}
    }
    workgroupBarrier();
    for (var d = 0u; d < ${DEPTH}u; d++) {
      let right = vec4f(${four.map((j) => `b_slice[d * ${TILE.columns}u + x + ${j * 16}u]`).join(", ")});
${four.map((i) => `      total[${i}] = fma(vec4f(a_slice[d * ${TILE.rows}u + y + ${i * 16}u]), right, total[${i}]);`).join("\n")}
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 4u; i++) {
    for (var j = 0u; j < 4u; j++) {
      let row = row_start + y + i * 16u;
      let column = column_start + x + j * 16u;
      if (row < ${m} && column < ${n}) {
        finish(z, row, column, total[i][j]);
      }
    }
  }
}
`;
}

/** Loads element `e` of a slice: depth `d` within the slice, `at` within the tile's rows (or columns). */
function slice(side: "a" | "b", operand: OperandText, limit: string, k: string): string {
  const size = side === "a" ? TILE.rows : TILE.columns;
  const alongK = operand.unit === (side === "a" ? "column" : "row");
  const [d, at] = alongK ? [`e % ${DEPTH}u`, `e / ${DEPTH}u`] : [`e / ${size}u`, `e % ${size}u`];
  const [outer, inner] = side === "a" ? [operand.row, operand.column] : [operand.column, operand.row];
  const start = side === "a" ? "row_start" : "column_start";
  return `      let d = ${d};
      let at = ${at};
      let outer = ${start} + at;
      let inner = start + d;
      var element = 0.0;
      if (outer < ${limit} && inner < ${k}) {
        element = ${operand.binding}[${side}_base + outer * ${outer} + inner * ${inner}];
      }
      ${side}_slice[d * ${size}u + at] = element;`;
}
