import type { ProductTuning, Tuning } from "./schedule/tuning.ts";
import { MATRIX_TILE_NAMES } from "./wgsl/product/matrix-tile.ts";
import { TILES, type TileName } from "./wgsl/product/tile-choice.ts";

/** What `jepac tune` tries: blocks of several sizes on software, on GPUs the tiles of the back end that will run. */
export function tuningCandidates(adapter: Tuning["adapter"], byMatrices: boolean): readonly ProductTuning[] {
  if (adapter === "software") return [[3, 1], [3, 2], [2, 1], [4, 1], [2, 2], [1, 1]].map(([bands, fours]) => ({ block: { bands: bands!, fours: fours! } }));
  if (byMatrices) return MATRIX_TILE_NAMES.map((matrixTile) => ({ matrixTile }));
  return (Object.keys(TILES) as TileName[]).map((tile) => ({ tile }));
}
