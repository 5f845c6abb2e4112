import { gridFor } from "../grid.ts";
import { Interface } from "../interface.ts";
import type { Kernel, Site, Variant } from "../kernel.ts";
import { tuningOf } from "../../schedule/tuning.ts";
import { wideText } from "./by-fours.ts";
import { finishFunction } from "./finish.ts";
import { productParts, type ProductParts } from "./operands.ts";
import { PLAIN_LANES, plainMain } from "./plain.ts";
import { SUBGROUP, blockFor, layoutOf, subgroupMain, subgroupTile, wideOperands } from "./subgroup.ts";
import { TILES, tileFor } from "./tile-choice.ts";
import { tileMain, tileWide } from "./tile.ts";
import { tileGrid } from "./tiles.ts";
import type { ProductWork } from "./work.ts";

/** Products with fewer results than this are not worth a tile each. */
const SMALL = 32 * 32;

/** A back end's text, and its grid, to be written once the parameters of all back ends are known. */
type Draft = Omit<Variant, "text"> & { readonly text: () => string };

/** A matrix product in all its back ends; the sizes are parameters, so that products of any shape share texts. */
export function productKernel(name: string, work: ProductWork, site: Site): Kernel {
  const { shape } = work;
  const scalar = new Interface(false);
  const parts = productParts(work, site, scalar);
  const finish = finishFunction(work, site, scalar, 1);
  const drafts = [bySubgroups(work, site, scalar, parts)];
  if (site.box.most(shape.m.mul(shape.n)) >= SMALL) drafts.push(byTiles(work, site, scalar, parts));
  const items = shape.m.mul(shape.n).mul(shape.batch);
  const plain = () => `${scalar.text()}${finish}${plainMain(parts)}`;
  drafts.push({ text: plain, requires: [], workgroups: gridFor(items, PLAIN_LANES, site) });
  // Texts are put together last: the parameter block is complete only when all back ends are drafted.
  const variants = drafts.map((draft) => ({ ...draft, text: draft.text() }));
  return { name, tensors: scalar.tensors, params: scalar.params, variants };
}

/** For processors that play GPU. */
function bySubgroups(work: ProductWork, site: Site, scalar: Interface, parts: ProductParts): Draft {
  const best = layoutOf(parts, work.shape);
  const wide = wideText(work, site, scalar, parts, wideOperands(best));
  const layout = wide ? best : "any";
  const { given, finish, finishByFours } = wide ?? wideText(work, site, scalar, parts, wideOperands(layout))!;
  const block = blockFor(layout, tuningOf(work.shape, site.box, site.tuning).block);
  return {
    text: () => `enable subgroups;\n${given.text()}${finish}${subgroupMain(parts, layout, block, finishByFours)}`,
    requires: ["subgroups"],
    adapter: "software",
    subgroupSize: SUBGROUP,
    workgroups: tileGrid(work.shape, subgroupTile(block), site),
  };
}

/** For GPUs. */
function byTiles(work: ProductWork, site: Site, scalar: Interface, parts: ProductParts): Draft {
  const tile = TILES[tuningOf(work.shape, site.box, site.tuning).tile ?? tileFor(work.shape, site)];
  const best = tileWide(parts, work.shape);
  const narrow = { a: false, b: false };
  const text = wideText(work, site, scalar, parts, best);
  const wide = text ? best : narrow;
  const { given, finish, finishByFours } = text ?? wideText(work, site, scalar, parts, narrow)!;
  return {
    text: () => `${given.text()}${finish}${tileMain(parts, tile, wide, finishByFours)}`,
    requires: [],
    adapter: "hardware",
    workgroups: tileGrid(work.shape, tile, site),
  };
}
