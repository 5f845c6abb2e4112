import type { ProductTuning, Tuning } from "./schedule/tuning.ts";
import { TILES, type TileName } from "./wgsl/product/tile-choice.ts";

/** What `jepac tune` tries on an adapter of a class: every tile on GPUs, blocks of several sizes on software. */
export function tuningCandidates(adapter: Tuning["adapter"]): readonly ProductTuning[] {
  if (adapter === "hardware") return (Object.keys(TILES) as TileName[]).map((tile) => ({ tile }));
  return [[3, 1], [3, 2], [2, 1], [4, 1], [2, 2], [1, 1]].map(([bands, fours]) => ({ block: { bands: bands!, fours: fours! } }));
}
