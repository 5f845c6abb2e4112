import type { ProductShape } from "../../schedule/operand.ts";
import { GRID_INPUTS } from "../grid.ts";
import { isFours, type ProductParts } from "./operands.ts";
import { tileStart, type TileSize } from "./tiles.ts";

/** Lanes of a subgroup; a workgroup is one. */
export const SUBGROUP = 8;
const BANDS = 2;
const ROWS = BANDS * SUBGROUP;

/**
 * How operands are read: `fours` along the inner axis of the first ("n?": rows of A, "t?": columns) and of the
 * second ("?n" along its columns, "?t" along the inner axis); `any` strides, one element at a time.
 */
export type Layout = "nn" | "nt" | "tn" | "any";

export function layoutOf({ a, b }: ProductParts, shape: ProductShape): Layout {
  const depthByFours = isFours(shape.k);
  const columnsByFours = isFours(shape.n);
  if (a.unit === "column" && a.byFours && depthByFours) {
    if (b.unit === "column" && b.byFours && columnsByFours) return "nn";
    if (b.unit === "row" && b.byFours) return "nt";
  }
  if (a.unit === "row" && b.unit === "column" && b.byFours && columnsByFours) return "tn";
  return "any";
}

/** Which operands are bound as `vec4`. */
export function wideOperands(layout: Layout): { readonly a: boolean; readonly b: boolean } {
  return { a: layout === "nn" || layout === "nt", b: layout !== "any" };
}

export function subgroupTile(layout: Layout): TileSize {
  return { rows: ROWS, columns: columnFours(layout) * 4 * SUBGROUP };
}

/** Groups of four columns that a lane has. */
function columnFours(layout: Layout): number {
  return layout === "tn" ? 2 : 1;
}

/**
 * For processors that play GPU: one subgroup a workgroup and no workgroup memory. Each lane holds a part of the rows
 * of A and broadcasts it; its own part of B it reads for itself. 16 rows by 32 or 64 columns a workgroup.
 */
export function subgroupMain(parts: ProductParts, layout: Layout, finishByFours: boolean): string {
  const { m, n, k } = parts;
  const fours = columnFours(layout);
  const tile = subgroupTile(layout);
  const names = range(ROWS).flatMap((row) => range(fours).map((j) => `c${row}_${j}`));
  const body = { nn: rowsByColumns, nt: rowsByRows, tn: columnsByColumns, any: anyByAny }[layout](parts);
  return `@compute @workgroup_size(${SUBGROUP})
fn main(${GRID_INPUTS}, @builtin(local_invocation_index) lane: u32) {
${tileStart(parts, tile)}
  let columns = ${n};
  let depth = ${k};
${names.map((name) => `  var ${name} = vec4f();`).join("\n")}
${range(BANDS).map((band) => `  let a_row${band} = min(row_start + lane + ${band * SUBGROUP}u, ${m} - 1u);`).join("\n")}
${body}
${finishRows(fours, m, finishByFours)}
}
`;
}

/**
 * The epilogue, once for each row: results move up by one row from turn to turn. An array of results, or a number of
 * turns that the driver can tell, would have it unroll the loop, and translating the kernel takes five times as long.
 */
function finishRows(fours: number, m: string, byFours: boolean): string {
  const moves = range(ROWS - 1).map((row) => range(fours).map((j) => `    c${row}_${j} = c${row + 1}_${j};`).join("\n"));
  return `  let row_end = min(row_start + ${ROWS}u, ${m});
  for (var row = row_start; row < row_end; row++) {
${range(fours).map((j) => finish(j, byFours)).join("\n")}
${moves.join("\n")}
  }`;
}

function finish(j: number, byFours: boolean): string {
  const start = `column_start + (lane + ${j * SUBGROUP}u) * 4u`;
  if (byFours) {
    return `    if (${start} < columns) {
      finish(z, row, (${start}) / 4u, c0_${j});
    }`;
  }
  return `    var four${j} = c0_${j};
    let column_end${j} = min(${start} + 4u, columns);
    for (var column = ${start}; column < column_end${j}; column++) {
      finish(z, row, column, four${j}.x);
      four${j} = four${j}.yzwx;
    }`;
}

/** A by rows, B by columns: both in fours. */
function rowsByColumns({ a, b }: ProductParts): string {
  return `${range(BANDS).map((band) => `  let a_at${band} = (a_base + a_row${band} * ${a.row}) / 4u;`).join("\n")}
  let b_step = ${b.row} / 4u;
  var b_at = (b_base + min(column_start + lane * 4u, columns - 4u)) / 4u;
  for (var k = 0u; k < depth / 4u; k++) {
${range(BANDS).map((band) => `    let left${band} = ${a.binding}[a_at${band} + k];`).join("\n")}
${range(4).map((part) => `    let right${part} = ${b.binding}[b_at + ${part}u * b_step];`).join("\n")}
    b_at += 4u * b_step;
${range(4).flatMap((part) => range(ROWS).map((row) => `    c${row}_0 = fma(vec4f(${broadcast(row, `.${"xyzw"[part]!}`)}), right${part}, c${row}_0);`)).join("\n")}
  }`;
}

/** A by rows, B by rows too: both in fours along the inner axis; a lane has four columns next to each other. */
function rowsByRows({ a, b }: ProductParts): string {
  return `${range(BANDS).map((band) => `  let a_at${band} = (a_base + a_row${band} * ${a.row}) / 4u;`).join("\n")}
${range(4).map((j) => `  let b_at${j} = (b_base + min(column_start + lane * 4u + ${j}u, columns - 1u) * ${b.column}) / 4u;`).join("\n")}
  for (var k = 0u; k < depth / 4u; k++) {
${range(BANDS).map((band) => `    let left${band} = ${a.binding}[a_at${band} + k];`).join("\n")}
${range(4).map((j) => `    let right${j} = ${b.binding}[b_at${j} + k];`).join("\n")}
${range(ROWS)
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
function columnsByColumns({ a, b }: ProductParts): string {
  const fours = columnFours("tn");
  return `${range(BANDS).map((band) => `  var a_at${band} = a_base + a_row${band};`).join("\n")}
  let b_step = ${b.row} / 4u;
${range(fours).map((j) => `  var b_at${j} = (b_base + min(column_start + (lane + ${j * SUBGROUP}u) * 4u, columns - 4u)) / 4u;`).join("\n")}
  for (var k = 0u; k < depth; k++) {
${range(BANDS).map((band) => `    let left${band} = ${a.binding}[a_at${band}];\n    a_at${band} += ${a.column};`).join("\n")}
${range(fours).map((j) => `    let right${j} = ${b.binding}[b_at${j}];\n    b_at${j} += b_step;`).join("\n")}
${range(ROWS).map((row) => `    let r${row} = vec4f(${broadcast(row, "")});\n${range(fours).map((j) => `    c${row}_${j} = fma(r${row}, right${j}, c${row}_${j});`).join("\n")}`).join("\n")}
  }`;
}

/** Any strides and any remainder. */
function anyByAny({ a, b }: ProductParts): string {
  return `${range(BANDS).map((band) => `  var a_at${band} = a_base + a_row${band} * ${a.row};`).join("\n")}
${range(4).map((j) => `  var b_at${j} = b_base + min(column_start + lane * 4u + ${j}u, columns - 1u) * ${b.column};`).join("\n")}
  for (var k = 0u; k < depth; k++) {
${range(BANDS).map((band) => `    let left${band} = ${a.binding}[a_at${band}];\n    a_at${band} += ${a.column};`).join("\n")}
    let right = vec4f(${range(4).map((j) => `${b.binding}[b_at${j}]`).join(", ")});
${range(4).map((j) => `    b_at${j} += ${b.row};`).join("\n")}
${range(ROWS).map((row) => `    c${row}_0 = fma(vec4f(${broadcast(row, "")}), right, c${row}_0);`).join("\n")}
  }`;
}

/** The part of row `row` of the tile that the lane holding it has. */
function broadcast(row: number, part: string): string {
  return `subgroupBroadcast(left${Math.floor(row / SUBGROUP)}${part}, ${row % SUBGROUP}u)`;
}

function range(count: number): number[] {
  return [...Array(count).keys()];
}
