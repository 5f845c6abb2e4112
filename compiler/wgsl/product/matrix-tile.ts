import type { MatrixShape } from "@jepac/runtime/plan";
import type { TileSize } from "./tiles.ts";

/** How a workgroup of the matrix back end divides its work among subgroups. */
export interface MatrixTile extends TileSize {
  /** What the device multiplies in one instruction: f16 inputs into f32. */
  readonly unit: MatrixShape;
  /** Lanes of a subgroup. */
  readonly lanes: number;
  /** Subgroups of a workgroup, and the matrices of results that each has. */
  readonly subgroups: TileSize;
  readonly each: TileSize;
  /** Of the slices of both operands in workgroup memory. */
  readonly depth: number;
}

/** The tiles there are for a shape of matrix, the larger first: results that are reused more, or more workgroups. */
export const MATRIX_TILE_NAMES = ["large", "small"] as const;

export type MatrixTileName = (typeof MATRIX_TILE_NAMES)[number];

/**
 * Tiles for the matrices that devices are known to have: the tensor cores of NVIDIA by both their shapes, and Mesa's
 * software driver.
 */
export const MATRIX_TILES: readonly Readonly<Record<MatrixTileName, MatrixTile>>[] = [
  {
    large: tile({ m: 16, n: 16, k: 16 }, 32, { rows: 2, columns: 4 }, { rows: 4, columns: 2 }, 32),
    small: tile({ m: 16, n: 16, k: 16 }, 32, { rows: 2, columns: 2 }, { rows: 2, columns: 2 }, 32),
  },
  {
    large: tile({ m: 16, n: 8, k: 16 }, 32, { rows: 2, columns: 4 }, { rows: 4, columns: 4 }, 32),
    small: tile({ m: 16, n: 8, k: 16 }, 32, { rows: 2, columns: 2 }, { rows: 2, columns: 4 }, 32),
  },
  {
    large: tile({ m: 8, n: 8, k: 8 }, 8, { rows: 2, columns: 2 }, { rows: 2, columns: 2 }, 16),
    small: tile({ m: 8, n: 8, k: 8 }, 8, { rows: 1, columns: 2 }, { rows: 2, columns: 1 }, 16),
  },
];

function tile(unit: MatrixShape, lanes: number, subgroups: TileSize, each: TileSize, depth: number): MatrixTile {
  const rows = subgroups.rows * each.rows * unit.m;
  const columns = subgroups.columns * each.columns * unit.n;
  return { unit, lanes, subgroups, each, depth, rows, columns };
}

export function subgroupCount({ subgroups }: MatrixTile): number {
  return subgroups.rows * subgroups.columns;
}

export function lanesOf(tile: MatrixTile): number {
  return subgroupCount(tile) * tile.lanes;
}
