import type { ProductShape } from "../../schedule/operand.ts";
import type { Site } from "../kernel.ts";
import type { TileSize } from "./tiles.ts";

/** How a workgroup of the tile back end divides its work. Sizes are multiples of 4. */
export interface Tile extends TileSize {
  /** Of the slices of both operands in workgroup memory. */
  readonly depth: number;
  /** Results of one lane. */
  readonly each: TileSize;
}

/**
 * Tiles by name, the largest first. The largest fills the 16 KiB of workgroup memory and 256 lanes that every WebGPU
 * adapter has; each lane loads at most one patch of 4 x 4 elements for each slice.
 */
export const TILES = {
  "128x128": { rows: 128, columns: 128, depth: 16, each: { rows: 8, columns: 8 } },
  "128x64": { rows: 128, columns: 64, depth: 16, each: { rows: 8, columns: 4 } },
  "64x64": { rows: 64, columns: 64, depth: 16, each: { rows: 8, columns: 4 } },
  "32x32": { rows: 32, columns: 32, depth: 16, each: { rows: 4, columns: 4 } },
} as const satisfies Record<string, Tile>;

export type TileName = keyof typeof TILES;

/** Workgroups below which a large GPU has idle processors: two for each of its hundred-odd. */
export const BUSY = 256;

/** The largest tile of which there are enough to keep a GPU busy, or else the smallest. */
export function tileFor(shape: ProductShape, site: Pick<Site, "box">): TileName {
  const names = Object.keys(TILES) as TileName[];
  return names.find((name) => tileCount(shape, TILES[name], site) >= BUSY) ?? names.at(-1)!;
}

/** Of tiles from the largest on, the first of which there are enough to keep a GPU busy, or else the last. */
export function largestBusy<T extends TileSize>(tiles: readonly T[], shape: ProductShape, site: Pick<Site, "box">): T {
  return tiles.find((tile) => tileCount(shape, tile, site) >= BUSY) ?? tiles.at(-1)!;
}

export function tileCount(shape: ProductShape, tile: TileSize, { box }: Pick<Site, "box">): number {
  const [m, n, batch] = [box.most(shape.m), box.most(shape.n), box.most(shape.batch)];
  return batch * Math.ceil(m / tile.rows) * Math.ceil(n / tile.columns);
}

export function lanesOf({ rows, columns, each }: Tile): number {
  return (rows / each.rows) * (columns / each.columns);
}
