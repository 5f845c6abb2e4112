import { GRID_INPUTS } from "../grid.ts";
import type { Wide } from "./by-fours.ts";
import { finishColumns } from "./finish-columns.ts";
import { lanesOf, subgroupCount, type MatrixTile } from "./matrix-tile.ts";
import { matrixSums } from "./matrix-sums.ts";
import type { OperandText, ProductParts } from "./operands.ts";
import { tileStart } from "./tiles.ts";

export const MATRIX_ENABLES = "enable f16;\nenable subgroups;\nenable chromium_experimental_subgroup_matrix;\n";

/** Elements between rows of a slice beyond its length, so that neighbouring rows start in different banks. */
const PAD = 8;

/** How the back end keeps one operand's slice: four f16 in a row are one element. */
interface Slice {
  readonly side: "a" | "b";
  readonly operand: OperandText;
  /** Neighbours in memory, and so in the slice, follow each other along the inner axis of the product. */
  readonly alongDepth: boolean;
  /** Rows of the first operand, or columns of the second, that the slice holds. */
  readonly length: number;
  /** Fours between neighbours of the other direction. */
  readonly stride: number;
  readonly fours: number;
}

/** Workgroup memory that a text takes: two slices in f16, and for each subgroup one matrix of results in f32. */
export function matrixBytes(parts: ProductParts, tile: MatrixTile): number {
  const slices = sliceOf("a", parts.a, tile).fours + sliceOf("b", parts.b, tile).fours;
  return 8 * slices + 4 * subgroupCount(tile) * tile.unit.m * tile.unit.n;
}

/**
 * By the matrix units of a device: slices of both operands go into workgroup memory as f16, each subgroup multiplies
 * its matrices into f32, and results come back through workgroup memory, as lanes cannot see into a matrix. While a
 * slice is worked on, the next is on its way from memory. Remainders are filled with 0.
 */
export function matrixMain(parts: ProductParts, tile: MatrixTile, wide: Wide, finishByFours: boolean): string {
  const { m, n, k } = parts;
  const { unit, each, subgroups, depth } = tile;
  const lanes = lanesOf(tile);
  const [a, b] = [sliceOf("a", parts.a, tile), sliceOf("b", parts.b, tile)];
  const results = range(each.rows).flatMap((i) => range(each.columns).map((j) => `c${i}_${j}`));
  const size = unit.m * unit.n;
  const sums = parts.sums.map((side) => matrixSums(parts, tile, side === "a" ? a : b));
  const loads = (start: string) => [a, b].flatMap((s) => quads(s, tile).map((q) => `${s.side}${q} = ${s.side}_four(lane + ${q * lanes}u, ${s.side}_base, ${s.side === "a" ? "row" : "column"}_start, ${start});`));
  return `alias Left = subgroup_matrix_left<f16, ${unit.k}, ${unit.m}>;
alias Right = subgroup_matrix_right<f16, ${unit.n}, ${unit.k}>;
alias Result = subgroup_matrix_result<f32, ${unit.n}, ${unit.m}>;
var<workgroup> a_slice: array<vec4<f16>, ${a.fours}>;
var<workgroup> b_slice: array<vec4<f16>, ${b.fours}>;
var<workgroup> results: array<f32, ${subgroupCount(tile) * size}>;
${sliceFunctions(a, tile, wide.a, m, k)}${sliceFunctions(b, tile, wide.b, n, k)}@compute @workgroup_size(${lanes})
fn main(${GRID_INPUTS}, @builtin(local_invocation_index) lane: u32, @builtin(subgroup_id) subgroup: u32, @builtin(subgroup_invocation_id) own: u32) {
${tileStart(parts, tile)}
  let own_rows = subgroup / ${subgroups.columns}u * ${each.rows * unit.m}u;
  let own_columns = subgroup % ${subgroups.columns}u * ${each.columns * unit.n}u;
${results.map((c) => `  var ${c} = Result();`).join("\n")}
${loads("0u").map((line) => `  var ${line}`).join("\n")}
${sums.map(({ start }) => start).join("")}  for (var start = 0u; start < ${k}; start += ${depth}u) {
    workgroupBarrier();
${[a, b].flatMap((s) => quads(s, tile).map((q) => `    ${s.side}_slice[${s.side}_place(lane + ${q * lanes}u)] = ${s.side}${q};`)).join("\n")}
${sums.map(({ step }) => step).join("")}    workgroupBarrier();
    if (start + ${depth}u < ${k}) {
${loads(`start + ${depth}u`).map((line) => `      ${line}`).join("\n")}
    }
    for (var d = 0u; d < ${depth}u; d += ${unit.k}u) {
${range(each.rows).map((i) => `      let left${i} = ${matrix("Left", a, `own_rows + ${i * unit.m}u`)};`).join("\n")}
${range(each.columns).map((j) => `      let right${j} = ${matrix("Right", b, `own_columns + ${j * unit.n}u`)};`).join("\n")}
${range(each.rows).flatMap((i) => range(each.columns).map((j) => `      c${i}_${j} = subgroupMatrixMultiplyAccumulate(left${i}, right${j}, c${i}_${j});`)).join("\n")}
    }
  }
${sums.map(({ end }) => end).join("")}  // Results move up from turn to turn, so that the epilogue is there once. Bands of rows past the end are left out;
  // the number of turns is the same for all subgroups, as they wait for each other.
  let turns = ${each.columns}u * min(${each.rows}u, (${m} - row_start + ${unit.m - 1}u) / ${unit.m}u);
  for (var turn = 0u; turn < turns; turn++) {
    subgroupMatrixStore<row_major>(&results, subgroup * ${size}u, c0_0, ${unit.n}u);
    workgroupBarrier();
    for (var e = own * 4u; e < ${size}u; e += ${4 * tile.lanes}u) {
      let row = row_start + own_rows + turn / ${each.columns}u * ${unit.m}u + e / ${unit.n}u;
      let column = column_start + own_columns + turn % ${each.columns}u * ${unit.n}u + e % ${unit.n}u;
      let at = subgroup * ${size}u + e;
      let value = vec4f(results[at], results[at + 1u], results[at + 2u], results[at + 3u]);
      if (row < ${m}) {
${finishColumns({ start: "column", columns: n, row: "row", value: "value", byFours: finishByFours, number: 0 })}
      }
    }
    workgroupBarrier();
${results.slice(1).map((c, i) => `    ${results[i]!} = ${c};`).join("\n")}
  }
}
`;
}

function sliceOf(side: "a" | "b", operand: OperandText, tile: MatrixTile): Slice {
  const length = side === "a" ? tile.rows : tile.columns;
  const along = operand.unit === (side === "a" ? "column" : "row");
  const stride = ((along ? tile.depth : length) + PAD) / 4;
  return { side, operand, alongDepth: along, length, stride, fours: stride * (along ? length : tile.depth) };
}

/** The fours of a slice that a lane brings. */
function quads({ length }: Slice, tile: MatrixTile): number[] {
  return range((length * tile.depth) / 4 / lanesOf(tile));
}

/** A matrix of a slice at depth `d`, its rows (or columns) from `first` on. */
function matrix(type: "Left" | "Right", { side, alongDepth: along, stride }: Slice, first: string): string {
  // A row of the first operand lies along the depth, a row of the second across it.
  const order = along === (side === "a") ? "row_major" : "col_major";
  const offset = along ? `(${first}) * ${stride}u + d / 4u` : `d * ${stride}u + (${first}) / 4u`;
  return `subgroupMatrixLoad<${type}, ${order}>(&${side}_slice, ${offset}, ${stride}u)`;
}

/**
 * Two functions for one operand. `place(q)`: where the slice keeps its four `q`. `four(q, …)`: its elements from
 * memory, 0 where there are none. Neighbouring lanes read neighbouring memory.
 */
function sliceFunctions(slice: Slice, tile: MatrixTile, wide: boolean, limit: string, k: string): string {
  const { side, operand, stride, length } = slice;
  const across = (slice.alongDepth ? tile.depth : length) / 4;
  const [far, near] = [`q / ${across}u`, `q % ${across}u`];
  const [outer, inner] = slice.alongDepth ? [far, `${near} * 4u`] : [`${near} * 4u`, far];
  const [outerStride, innerStride] = side === "a" ? [operand.row, operand.column] : [operand.column, operand.row];
  const at = (part: number) => {
    const [o, i] = slice.alongDepth ? ["outer", `(inner + ${part}u)`] : [`(outer + ${part}u)`, "inner"];
    return { inside: `${o} < ${limit} && ${i} < ${k}`, position: `base + ${o} * ${outerStride} + ${i} * ${innerStride}` };
  };
  const body = wide
    ? `  if (outer < ${limit} && inner < ${k}) {
    found = vec4<f16>(${operand.binding}[(base + outer * ${outerStride} + inner * ${innerStride}) / 4u]);
  }`
    : range(4).map((part) => `  if (${at(part).inside}) {\n    found.${"xyzw"[part]!} = f16(${operand.binding}[${at(part).position}]);\n  }`).join("\n");
  return `fn ${side}_place(q: u32) -> u32 {
  return ${far} * ${stride}u + ${near};
}
fn ${side}_four(q: u32, base: u32, first: u32, start: u32) -> vec4<f16> {
  let outer = first + ${outer};
  let inner = start + ${inner};
  var found = vec4<f16>();
${body}
  return found;
}
`;
}

function range(count: number): number[] {
  return [...Array(count).keys()];
}
