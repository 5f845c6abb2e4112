import type { ProductShape } from "../../schedule/operand.ts";
import { GRID_INPUTS } from "../grid.ts";
import type { Wide } from "./by-fours.ts";
import { finishColumns } from "./finish-columns.ts";
import { isFours, type ProductParts } from "./operands.ts";
import { subgroupSums } from "./subgroup-sums.ts";
import { tileStart, type TileSize } from "./tiles.ts";

/** Lanes of a subgroup; a workgroup is one. */
export const SUBGROUP = 8;

/** What a workgroup computes: `bands` times 8 rows; each lane has `fours` groups of four columns. */
export interface SubgroupBlock {
  readonly bands: number;
  readonly fours: number;
}

/**
 * How operands are read: `fours` along the inner axis of the first ("n?": rows of A, "t?": columns) and of the
 * second ("?n" along its columns, "?t" along the inner axis); `any` strides, one element at a time.
 */
export type Layout = "nn" | "nt" | "tn" | "any";

export function layoutOf({ a, b, sums }: ProductParts, shape: ProductShape): Layout {
  const depthByFours = isFours(shape.k);
  const columnsByFours = isFours(shape.n);
  // Sums are of one depth after the other: what lies along the inner axis is seldom summed.
  if (sums.length === 0 && a.unit === "column" && a.byFours && depthByFours) {
    if (b.unit === "column" && b.byFours && columnsByFours) return "nn";
    if (b.unit === "row" && b.byFours) return "nt";
  }
  if (a.unit === "row" && b.unit === "column" && b.byFours && columnsByFours) return "tn";
  return "any";
}

/** Which operands are bound as `vec4`. */
export function wideOperands(layout: Layout): Wide {
  return { a: layout === "nn" || layout === "nt", b: layout !== "any" };
}

/** Good on the software drivers at hand; `any` and `nt` have room for one group of columns only. */
export function blockFor(layout: Layout, tuned?: SubgroupBlock): SubgroupBlock {
  const { bands, fours } = tuned ?? { bands: layout === "any" ? 2 : 3, fours: layout === "tn" ? 2 : 1 };
  return { bands, fours: layout === "nn" || layout === "tn" ? fours : 1 };
}

export function subgroupTile({ bands, fours }: SubgroupBlock): TileSize {
  return { rows: bands * SUBGROUP, columns: fours * 4 * SUBGROUP };
}

/**
 * For processors that play GPU: one subgroup a workgroup and no workgroup memory. Each lane holds a part of the rows
 * of A and broadcasts it; its own part of B it reads for itself.
 */
export function subgroupMain(parts: ProductParts, layout: Layout, block: SubgroupBlock, finishByFours: boolean): string {
  const { m, n, k } = parts;
  const { bands, fours } = block;
  const tile = subgroupTile(block);
  const names = range(tile.rows).flatMap((row) => range(fours).map((j) => `c${row}_${j}`));
  const sums = subgroupSums(parts, block);
  const body = { nn: rowsByColumns, nt: rowsByRows, tn: columnsByColumns, any: anyByAny }[layout](parts, block, sums.step);
  return `@compute @workgroup_size(${SUBGROUP})
fn main(${GRID_INPUTS}, @builtin(local_invocation_index) lane: u32) {
${tileStart(parts, tile)}
  let columns = ${n};
  let depth = ${k};
${names.map((name) => `  var ${name} = vec4f();`).join("\n")}
${range(bands).map((band) => `  let a_row${band} = min(row_start + lane + ${band * SUBGROUP}u, ${m} - 1u);`).join("\n")}
${sums.start}${body}
${finishRows(tile.rows, fours, m, finishByFours)}
${sums.end}}
`;
}

/**
 * The epilogue, once for each row: results move up by one row from turn to turn. An array of results, or a number of
 * turns that the driver can tell, would have it unroll the loop, and translating the kernel takes five times as long.
 */
function finishRows(rows: number, fours: number, m: string, byFours: boolean): string {
  const moves = range(rows - 1).map((row) => range(fours).map((j) => `    c${row}_${j} = c${row + 1}_${j};`).join("\n"));
  return `  let row_end = min(row_start + ${rows}u, ${m});
  for (var row = row_start; row < row_end; row++) {
${range(fours).map((j) => finish(j, byFours)).join("\n")}
${moves.join("\n")}
  }`;
}

function finish(j: number, byFours: boolean): string {
  const start = `column_start + (lane + ${j * SUBGROUP}u) * 4u`;
  return finishColumns({ start, columns: "columns", row: "row", value: `c0_${j}`, byFours, number: j });
}

/** A by rows, B by columns: both in fours. Row after row, so that its sums stay in registers for four steps. */
function rowsByColumns({ a, b }: ProductParts, { bands, fours }: SubgroupBlock): string {
  return `${range(bands).map((band) => `  let a_at${band} = (a_base + a_row${band} * ${a.row}) / 4u;`).join("\n")}
  let b_step = ${b.row} / 4u;
${range(fours).map((j) => `  var b_at${j} = (b_base + min(column_start + (lane + ${j * SUBGROUP}u) * 4u, columns - 4u)) / 4u;`).join("\n")}
  for (var k = 0u; k < depth / 4u; k++) {
${range(bands).map((band) => `    let left${band} = ${a.four(`a_at${band} + k`)};`).join("\n")}
${range(fours).flatMap((j) => [...range(4).map((part) => `    let right${j}_${part} = ${b.four(`b_at${j} + ${part}u * b_step`)};`), `    b_at${j} += 4u * b_step;`]).join("\n")}
${range(bands * SUBGROUP).flatMap((row) => range(4).map((part) => rowTimesColumns(row, part, fours))).join("\n")}
  }`;
}

/** Part `part` of a row's four of A, times that row of B, for all of a lane's columns. */
function rowTimesColumns(row: number, part: number, fours: number): string {
  const left = `vec4f(${broadcast(row, `.${"xyzw"[part]!}`)})`;
  const term = (value: string, j: number) => `c${row}_${j} = fma(${value}, right${j}_${part}, c${row}_${j});`;
  if (fours === 1) return `    ${term(left, 0)}`;
  return [`    let r${row}_${part} = ${left};`, ...range(fours).map((j) => `    ${term(`r${row}_${part}`, j)}`)].join("\n");
}

/** A by rows, B by rows too: both in fours along the inner axis; a lane has four columns next to each other. */
function rowsByRows({ a, b }: ProductParts, { bands }: SubgroupBlock): string {
  return `${range(bands).map((band) => `  let a_at${band} = (a_base + a_row${band} * ${a.row}) / 4u;`).join("\n")}
${range(4).map((j) => `  let b_at${j} = (b_base + min(column_start + lane * 4u + ${j}u, columns - 1u) * ${b.column}) / 4u;`).join("\n")}
  for (var k = 0u; k < depth / 4u; k++) {
${range(bands).map((band) => `    let left${band} = ${a.four(`a_at${band} + k`)};`).join("\n")}
${range(4).map((j) => `    let right${j} = ${b.four(`b_at${j} + k`)};`).join("\n")}
${range(bands * SUBGROUP)
  .map((row) => {
    const lines = range(4).map((j) => {
      const c = `c${row}_0.${"xyzw"[j]!}`;
      return `      ${c} = fma(r.w, right${j}.w, fma(r.z, right${j}.z, fma(r.y, right${j}.y, fma(r.x, right${j}.x, ${c}))));`;
    });
    return `    {\n      let r = ${broadcast(row, "")};\n${lines.join("\n")}\n    }`;
  })
  .join("\n")}
  }`;
}

/** A by columns, one element a lane; B by columns in fours. */
function columnsByColumns({ a, b }: ProductParts, { bands, fours }: SubgroupBlock, sumStep: string): string {
  return `${range(bands).map((band) => `  var a_at${band} = a_base + a_row${band};`).join("\n")}
  let b_step = ${b.row} / 4u;
${range(fours).map((j) => `  var b_at${j} = (b_base + min(column_start + (lane + ${j * SUBGROUP}u) * 4u, columns - 4u)) / 4u;`).join("\n")}
  for (var k = 0u; k < depth; k++) {
${range(bands).map((band) => `    let left${band} = ${a.element(`a_at${band}`)};\n    a_at${band} += ${a.column};`).join("\n")}
${range(fours).map((j) => `    let right${j} = ${b.four(`b_at${j}`)};\n    b_at${j} += b_step;`).join("\n")}
${range(bands * SUBGROUP).map((row) => `    let r${row} = vec4f(${broadcast(row, "")});\n${range(fours).map((j) => `    c${row}_${j} = fma(r${row}, right${j}, c${row}_${j});`).join("\n")}`).join("\n")}
${sumStep}  }`;
}

/** Any strides and any remainder. */
function anyByAny({ a, b }: ProductParts, { bands }: SubgroupBlock, sumStep: string): string {
  return `${range(bands).map((band) => `  var a_at${band} = a_base + a_row${band} * ${a.row};`).join("\n")}
${range(4).map((j) => `  var b_at${j} = b_base + min(column_start + lane * 4u + ${j}u, columns - 1u) * ${b.column};`).join("\n")}
  for (var k = 0u; k < depth; k++) {
${range(bands).map((band) => `    let left${band} = ${a.element(`a_at${band}`)};\n    a_at${band} += ${a.column};`).join("\n")}
    let right0 = vec4f(${range(4).map((j) => b.element(`b_at${j}`)).join(", ")});
${range(4).map((j) => `    b_at${j} += ${b.row};`).join("\n")}
${range(bands * SUBGROUP).map((row) => `    c${row}_0 = fma(vec4f(${broadcast(row, "")}), right0, c${row}_0);`).join("\n")}
${sumStep}  }`;
}

/** The part of row `row` of the tile that the lane holding it has. */
function broadcast(row: number, part: string): string {
  return `subgroupBroadcast(left${Math.floor(row / SUBGROUP)}${part}, ${row % SUBGROUP}u)`;
}

function range(count: number): number[] {
  return [...Array(count).keys()];
}
