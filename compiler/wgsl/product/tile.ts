import { GRID_INPUTS } from "../grid.ts";
import { finishColumns } from "./finish-columns.ts";
import { isFours, type OperandText, type ProductParts } from "./operands.ts";
import { lanesOf, type Tile } from "./tile-choice.ts";
import { tileSums } from "./tile-sums.ts";
import { tileStart } from "./tiles.ts";
import type { Wide } from "./by-fours.ts";
import type { ProductShape } from "../../schedule/operand.ts";

/** The operands whose rows or columns the tile back end can read as `vec4`: those that lie side by side by fours. */
export function tileWide({ a, b }: ProductParts, shape: ProductShape): Wide {
  const along = (operand: OperandText, column: boolean) => operand.byFours && isFours(column ? shape.k : operand === a ? shape.m : shape.n);
  return { a: along(a, a.unit === "column"), b: along(b, b.unit === "row") };
}

/**
 * A tile of results a workgroup, some rows by some columns a lane, over slices of both operands in workgroup memory:
 * for GPUs. While a slice is worked on, the next is on its way from memory. Slices lie depth by depth, rows (or
 * columns) by fours, so that a lane reads what it multiplies as `vec4`.
 */
export function tileMain(parts: ProductParts, tile: Tile, wide: Wide, finishByFours: boolean): string {
  const { m, n, k, a, b } = parts;
  const { rows, columns, depth, each } = tile;
  const [rowFours, columnFours] = [rows / 4, columns / 4];
  const [eachRows, eachColumns] = [each.rows / 4, each.columns / 4];
  const acc = (row: number, j: number) => `c${row}_${j}`;
  const names = range(each.rows).flatMap((row) => range(eachColumns).map((j) => acc(row, j)));
  const lanes = lanesOf(tile);
  const across = columns / each.columns;
  const aPatches = (rowFours * depth) / 4;
  const bPatches = (columnFours * depth) / 4;
  const sums = tileSums(parts, tile);
  return `var<workgroup> a_slice: array<vec4f, ${depth * rowFours}>;
var<workgroup> b_slice: array<vec4f, ${depth * columnFours}>;
${patch("a", a, wide.a, tile, m, k)}${patch("b", b, wide.b, tile, n, k)}@compute @workgroup_size(${lanes})
fn main(${GRID_INPUTS}, @builtin(local_invocation_index) lane: u32) {
${tileStart(parts, tile)}
  let x = lane % ${across}u;
  let y = lane / ${across}u;
  let columns = ${n};
  let depth = ${k};
${names.map((name) => `  var ${name} = vec4f();`).join("\n")}
${sums.start}  var next = ${load("0u")};
  for (var start = 0u; start < depth; start += ${depth}u) {
    workgroupBarrier();
    if (lane < ${aPatches}u) {
      let at = a_place(lane);
${range(4).map((j) => `      a_slice[at + ${j * rowFours}u] = next[${j}];`).join("\n")}
${sums.step("a")}    } else if (lane < ${aPatches + bPatches}u) {
      let at = b_place(lane - ${aPatches}u);
${range(4).map((j) => `      b_slice[at + ${j * columnFours}u] = next[${j}];`).join("\n")}
${sums.step("b")}    }
    workgroupBarrier();
    if (start + ${depth}u < depth) {
      next = ${load(`start + ${depth}u`)};
    }
    // A bound the driver cannot tell: unrolled, this takes seconds to compile, and a turn is long enough as it is.
    let end = min(${depth}u, depth - start);
    for (var d = 0u; d < end; d++) {
${range(eachRows).map((g) => `      let left${g} = a_slice[d * ${rowFours}u + y + ${(g * rowFours) / eachRows}u];`).join("\n")}
${range(eachColumns).map((j) => `      let right${j} = b_slice[d * ${columnFours}u + x + ${(j * columnFours) / eachColumns}u];`).join("\n")}
${range(each.rows)
  .flatMap((row) => range(eachColumns).map((j) => `      ${acc(row, j)} = fma(vec4f(left${Math.floor(row / 4)}.${"xyzw"[row % 4]!}), right${j}, ${acc(row, j)});`))
  .join("\n")}
    }
  }
${sums.end}  // Results move up from turn to turn: with an array of them the driver might keep it in memory.
  let rows = min(${each.rows}u, ${m});
  for (var i = 0u; i < rows; i++) {
    let row = row_start + i / 4u * ${rows / eachRows}u + y * 4u + i % 4u;
    if (row < ${m}) {
${range(eachColumns)
  .map((j) => finishColumns({ start: `column_start + x * 4u + ${(j * columns) / eachColumns}u`, columns: "columns", row: "row", value: acc(0, j), byFours: finishByFours, number: j }))
  .join("\n")}
    }
${range(each.rows - 1).flatMap((row) => range(eachColumns).map((j) => `    ${acc(row, j)} = ${acc(row + 1, j)};`)).join("\n")}
  }
}

fn load(lane: u32, a_base: u32, b_base: u32, row_start: u32, column_start: u32, start: u32) -> mat4x4f {
  if (lane < ${aPatches}u) {
    return a_patch(lane, a_base, row_start, start);
  } else if (lane < ${aPatches + bPatches}u) {
    return b_patch(lane - ${aPatches}u, b_base, column_start, start);
  }
  return mat4x4f();
}
`;
}

function load(start: string): string {
  return `load(lane, a_base, b_base, row_start, column_start, ${start})`;
}

/**
 * Two functions for one operand. `place(q)`: where the first of a patch's four depths goes in the slice. `patch(q, …)`:
 * four rows (or columns) by four depths, a `vec4` for each depth. Neighbouring lanes read neighbouring memory.
 */
function patch(side: "a" | "b", operand: OperandText, wide: boolean, tile: Tile, limit: string, k: string): string {
  const fours = (side === "a" ? tile.rows : tile.columns) / 4;
  const alongDepth = operand.unit === (side === "a" ? "column" : "row");
  // Eight lanes side by side store to different banks of workgroup memory; four then cover a row's depths.
  const quad = alongDepth ? `(q / 32u * 8u + q % 8u)` : `(q % ${fours}u)`;
  const deep = alongDepth ? `(q / 8u % 4u)` : `(q / ${fours}u)`;
  const [outer, inner] = side === "a" ? [operand.row, operand.column] : [operand.column, operand.row];
  const place = (o: string, i: string) => `base + (${o}) * ${outer} + (${i}) * ${inner}`;
  const body = wide ? (alongDepth ? deepFours() : sideFours()) : single();
  return `fn ${side}_place(q: u32) -> u32 {
  return ${deep} * ${4 * fours}u + ${quad};
}
fn ${side}_patch(q: u32, base: u32, first: u32, start: u32) -> mat4x4f {
  let outer = first + ${quad} * 4u;
  let inner = start + ${deep} * 4u;
  var found = mat4x4f();
${body}
}
`;

  function deepFours(): string {
    return `  if (inner < ${k}) {
${range(4).map((j) => `    if (outer + ${j}u < ${limit}) {\n      found[${j}] = ${operand.four(`(${place(`outer + ${j}u`, "inner")}) / 4u`)};\n    }`).join("\n")}
  }
  return transpose(found);`;
  }
  function sideFours(): string {
    return `  if (outer < ${limit}) {
${range(4).map((j) => `    if (inner + ${j}u < ${k}) {\n      found[${j}] = ${operand.four(`(${place("outer", `inner + ${j}u`)}) / 4u`)};\n    }`).join("\n")}
  }
  return found;`;
  }
  function single(): string {
    return `${range(16)
      .map((e) => {
        const [i, j] = [e % 4, Math.floor(e / 4)];
        return `  if (outer + ${i}u < ${limit} && inner + ${j}u < ${k}) {\n    found[${j}][${i}] = ${operand.element(`${place(`outer + ${i}u`, `inner + ${j}u`)}`)};\n  }`;
      })
      .join("\n")}
  return found;`;
  }
}

function range(count: number): number[] {
  return [...Array(count).keys()];
}
